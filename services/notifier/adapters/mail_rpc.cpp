#include "services/notifier/adapters/mail_rpc.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/crypto/signed_token.h"
#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "common/rpc/serve.h"

namespace q2o::notifier {
namespace {

constexpr const char* kPurpose = "notifier unsubscribe";
constexpr std::chrono::hours kLinkLife{24 * 365};

tl::unexpected<Error> no_mail(const std::string& id) {
  return fail(Code::not_found, "there is no mail " + id, "NO_MAIL", "List them with ListMails.");
}

/// One self-contained page; what it says is ours, nothing of it comes from a request.
void page(grpc::ServerContext& context, google::api::HttpBody& out, std::string_view title, std::string_view content) {
  context.AddInitialMetadata("cache-control", "no-store");
  context.AddInitialMetadata("content-security-policy",
                             "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");
  out.set_content_type("text/html; charset=utf-8");
  out.set_data(
      fmt::format("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
                  "initial-scale=1\">"
                  "<title>{0}</title><style>body{{font:16px/1.5 system-ui,sans-serif;margin:10vh auto;max-width:34rem;padding:0 1rem}}"
                  "button{{font:inherit;font-weight:600;padding:.6rem 1.2rem}}</style></head><body><h1>{0}</h1>{1}</body></html>\n",
                  title, content));
}

grpc::Status dead_link() {
  return rpc::to_status(Error{Code::not_found,
                              "this link does not hold any more",
                              Retry::never,
                              Effect::none,
                              "LINK_INVALID",
                              "Use the link of a newer mail, or tell an owner of your company.",
                              {}});
}

}  // namespace

std::string unsubscribe_url(const config::Secret& key, const std::string& public_url, const std::string& tenant,
                            const std::string& recipient) {
  return public_url + "/api/v1/unsubscribe/" +
         crypto::sign_token(key, kPurpose, {tenant, recipient}, std::chrono::system_clock::now() + kLinkLife);
}

grpc::Status MailRpc::ListMails(grpc::ServerContext* context, const v1::ListMailsRequest* request, v1::ListMailsResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    const auto before = rpc::place_of(request->page_token());
    if (!before) return fail(before.error());
    std::int64_t next = 0;
    for (auto& mail : store_.list(caller.tenant, *before, rpc::page_size(request->page_size()), next))
      *response->add_mails() = std::move(mail);
    if (next > 0) response->set_next_page_token(std::to_string(next));
    return {};
  });
}

grpc::Status MailRpc::ResendMail(grpc::ServerContext* context, const v1::ResendMailRequest* request, v1::ResendMailResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->mail_id())) return no_mail(request->mail_id());
    auto mail = store_.resend(caller.tenant, request->mail_id());
    if (!mail) return fail(mail.error());
    if (!*mail) return no_mail(request->mail_id());
    *response->mutable_mail() = std::move(**mail);
    return {};
  });
}

grpc::Status MailRpc::ShowUnsubscribe(grpc::ServerContext* context, const v1::ShowUnsubscribeRequest* request,
                                      google::api::HttpBody* response) {
  if (!crypto::read_token(key_, kPurpose, request->token(), std::chrono::system_clock::now())) return dead_link();
  page(*context, *response, "No more mails about migrations?",
       "<p>You will still get mails about your account and about payments.</p><form method=\"post\"><button>Stop these "
       "mails</button></form>");
  return grpc::Status::OK;
}

grpc::Status MailRpc::Unsubscribe(grpc::ServerContext* context, const v1::UnsubscribeRequest* request, google::api::HttpBody* response) {
  const auto token = crypto::read_token(key_, kPurpose, request->token(), std::chrono::system_clock::now());
  if (!token || token->parts.size() != 2) return dead_link();
  const acting::Scope theirs(acting::tenant(token->parts[0]));
  try {
    store_.unsubscribe(token->parts[0], token->parts[1]);
  } catch (const std::exception& surprise) {
    return rpc::cannot_answer("notifier", surprise);
  }
  page(*context, *response, "Done", "<p>We send no more mails about migrations to your address.</p>");
  return grpc::Status::OK;
}

}  // namespace q2o::notifier
