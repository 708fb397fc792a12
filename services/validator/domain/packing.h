#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/decimal/decimal.h"

/// Values as bytes and back, within one process: for what lies on a shelf. `pack(codec, value)` names the fields of a type once for both
/// directions.
namespace q2o::validator {

class Packer {
 public:
  const std::string& bytes() const { return bytes_; }
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void operator()(const Number& number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  void operator()(const Decimal& amount) {
    const auto unscaled = amount.unscaled();
    bytes_.append(reinterpret_cast<const char*>(&unscaled), sizeof unscaled);
    (*this)(static_cast<std::int8_t>(amount.scale()));
  }
  void operator()(const std::optional<Decimal>& amount) {
    (*this)(amount.has_value());
    if (amount) (*this)(*amount);
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint32_t>(list.size()));
    for (const auto& value : list) pack(*this, value);
  }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  void operator()(Number& number) {
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
  }
  void operator()(std::string& text) {
    text.assign(rest_.substr(sizeof(std::uint32_t), size()));
    rest_.remove_prefix(sizeof(std::uint32_t) + text.size());
  }
  void operator()(Decimal& amount) {
    __int128 unscaled = 0;
    std::memcpy(&unscaled, rest_.data(), sizeof unscaled);
    rest_.remove_prefix(sizeof unscaled);
    std::int8_t scale = 0;
    (*this)(scale);
    amount = Decimal::of_unscaled(unscaled, scale);
  }
  void operator()(std::optional<Decimal>& amount) {
    bool has = false;
    (*this)(has);
    amount.reset();
    if (has) (*this)(amount.emplace());
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    list.resize(size());
    rest_.remove_prefix(sizeof(std::uint32_t));
    for (auto& value : list) pack(*this, value);
  }

 private:
  std::uint32_t size() const {
    std::uint32_t out = 0;
    std::memcpy(&out, rest_.data(), sizeof out);
    return out;
  }
  std::string_view rest_;
};

template <class Codec>
void pack(Codec& codec, const std::string& text) {
  codec(text);
}
template <class Codec>
void pack(Codec& codec, std::string& text) {
  codec(text);
}

}  // namespace q2o::validator
