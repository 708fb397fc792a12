#pragma once

#include "q2o/identity/v1/api_key.pb.h"
#include "services/identity/people/app/tools.h"

namespace q2o::identity::people {

/// A company's API keys. Thread-safe.
class ApiKeys {
 public:
  explicit ApiKeys(Tools& tools) : tools_(tools) {}
  struct Created {
    v1::ApiKey key;
    config::Secret secret;  ///< shown once
  };
  Result<Created> create(const v1::CreateApiKeyRequest& request, const Visit& visit);
  std::vector<v1::ApiKey> list(const std::string& tenant);
  Result<v1::ApiKey> revoke(const std::string& key_id, const Visit& visit);

 private:
  Tools& tools_;
};

}  // namespace q2o::identity::people
