#pragma once

#include "common/config/config.h"
#include "q2o/notifier/v1/mail.grpc.pb.h"
#include "services/notifier/adapters/mail_store.h"

namespace q2o::notifier {

/// Which mails were sent, and the way out of those that are not essential.
class MailRpc final : public v1::MailService::Service {
 public:
  /// `key` signs the links at the foot of mails.
  MailRpc(MailStore& store, config::Secret key) : store_(store), key_(std::move(key)) {}
  grpc::Status ListMails(grpc::ServerContext* context, const v1::ListMailsRequest* request, v1::ListMailsResponse* response) override;
  grpc::Status ResendMail(grpc::ServerContext* context, const v1::ResendMailRequest* request, v1::ResendMailResponse* response) override;
  grpc::Status ShowUnsubscribe(grpc::ServerContext* context, const v1::ShowUnsubscribeRequest* request,
                               google::api::HttpBody* response) override;
  grpc::Status Unsubscribe(grpc::ServerContext* context, const v1::UnsubscribeRequest* request, google::api::HttpBody* response) override;

 private:
  MailStore& store_;
  const config::Secret key_;
};

/// The link for a recipient (keyed fingerprint) of a tenant; good for a year.
std::string unsubscribe_url(const config::Secret& key, const std::string& public_url, const std::string& tenant,
                            const std::string& recipient);

}  // namespace q2o::notifier
