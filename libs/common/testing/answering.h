#pragma once

#include <string>

#include "common/acting/acting.h"

namespace q2o::testing {

/// This thread answers a call of the tenant with that idempotency key for as long as this lives, as if a server had taken it.
class Answering {
 public:
  Answering(const std::string& method, const std::string& tenant, const std::string& key, const google::protobuf::Message& request) {
    call_.method = method;
    call_.tenant = tenant;
    call_.idempotency_key = key;
    call_.request = &request;
    acting::begin(call_);
  }
  ~Answering() { acting::end(); }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  acting::Call call_;
};

}  // namespace q2o::testing
