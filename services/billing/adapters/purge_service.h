#pragma once

#include "q2o/billing/v1/purge.grpc.pb.h"
#include "services/billing/adapters/caller.h"
#include "services/billing/adapters/purger.h"

namespace q2o::billing {

class PurgeService final : public v1::PurgeService::Service {
 public:
  explicit PurgeService(Purger& purger) : purger_(purger) {}
  grpc::Status Purge(grpc::ServerContext* context, const v1::PurgeRequest* request, v1::PurgeResponse* response) override {
    return serve(context, *request, [&](const Caller& caller) -> Status {
      auto certificate = purger_.purge(caller, *request);
      if (!certificate) return fail(certificate.error());
      *response->mutable_certificate() = std::move(*certificate);
      return {};
    });
  }
  grpc::Status ListCertificates(grpc::ServerContext* context, const v1::ListCertificatesRequest*,
                                v1::ListCertificatesResponse* response) override {
    return rpc::serve(*context, "billing", [&](const rpc::Caller& caller) -> Status {
      for (auto& certificate : purger_.certificates(caller.tenant)) *response->add_certificates() = std::move(certificate);
      return {};
    });
  }

 private:
  Purger& purger_;
};

}  // namespace q2o::billing
