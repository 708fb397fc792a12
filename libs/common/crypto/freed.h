#pragma once

namespace q2o::crypto {

/// For std::unique_ptr about what a C library has made: `F` takes it back (`std::unique_ptr<X509, Freed<X509_free>>`).
template <auto F>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    F(value);
  }
};

}  // namespace q2o::crypto
