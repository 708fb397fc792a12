#include <iostream>

#include "cli/commands.h"
#include "cli/json_out.h"
#include "q2o/identity/v1/api_key.grpc.pb.h"

namespace q2o::cli {
namespace {

using identity::v1::ApiKeyService;

std::string state_of(const identity::v1::ApiKey& key) {
  if (!key.revoked_at().empty()) return "revoked " + key.revoked_at();
  return "until " + key.expires_at() + (key.last_used_at().empty() ? ", never used" : ", last used " + key.last_used_at());
}

int create(const Session& session, const ApiKeyOptions& options) {
  const auto stub = ApiKeyService::NewStub(session.channel("identity"));
  identity::v1::CreateApiKeyRequest request;
  request.set_name(options.create);
  request.mutable_scopes()->Assign(options.scopes.begin(), options.scopes.end());
  request.set_expires_in_days(options.days);
  const auto made =
      session.call("identity", *stub, &ApiKeyService::Stub::CreateApiKey, request, std::chrono::seconds(20), {}, Again::if_unreached);
  if (!made) return report_error(session, made.error());
  if (session.json) {
    print_json(*made);
    return kDone;
  }
  std::cout << made->secret() << '\n';
  std::cerr << "Shown this once: only its hash is kept. It lives until " << made->api_key().expires_at()
            << ".\nNext: q2o login https://…\n";
  return kDone;
}

int revoke(const Session& session, const std::string& key_id) {
  const auto stub = ApiKeyService::NewStub(session.channel("identity"));
  identity::v1::RevokeApiKeyRequest request;
  request.set_key_id(key_id);
  const auto revoked = session.call("identity", *stub, &ApiKeyService::Stub::RevokeApiKey, request);
  if (!revoked) return report_error(session, revoked.error());
  std::cerr << "Revoked: refused everywhere within a second. Next: q2o api-keys\n";
  return kDone;
}

}  // namespace

int api_keys(const Session& session, const ApiKeyOptions& options) {
  if (!options.create.empty()) return create(session, options);
  if (!options.revoke.empty()) return revoke(session, options.revoke);
  const auto stub = ApiKeyService::NewStub(session.channel("identity"));
  const auto all = session.call("identity", *stub, &ApiKeyService::Stub::ListApiKeys, identity::v1::ListApiKeysRequest());
  if (!all) return report_error(session, all.error());
  if (session.json) {
    print_json(*all);
    return kDone;
  }
  for (const auto& key : all->api_keys()) {
    std::cout << key.key_id() << "  " << key.name() << "  ";
    for (const auto& scope : key.scopes()) std::cout << scope << ' ';
    std::cout << ' ' << state_of(key) << '\n';
  }
  std::cerr << all->api_keys_size() << " keys. Next: q2o api-keys --create NAME --scopes migrations:read,migrations:write\n";
  return kDone;
}

}  // namespace q2o::cli
