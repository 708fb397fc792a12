#pragma once

#include <functional>
#include <memory>

#include "common/json/json.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "services/validator/app/ports.h"

namespace q2o::validator {

/// Odoo's own ledger through the loader, which keeps the credentials and permits reads only.
class OdooTarget final : public TargetSide {
 public:
  explicit OdooTarget(const std::string& loader);
  Result<TargetBooks> read(const Run& run, const std::set<std::string>& days, std::stop_token stop) override;

 private:
  Result<json::Document> call(const Run& run, const std::string& model, const std::string& method, std::string args, std::string kwargs);
  /// All rows by ascending id, in pages.
  Status each(const Run& run, const std::string& model, const std::string& domain, const std::vector<std::string>& fields,
              const std::function<void(const json::Value&)>& take, std::stop_token stop);
  std::unique_ptr<loader::v1::LoaderService::Stub> loader_;
};

}  // namespace q2o::validator
