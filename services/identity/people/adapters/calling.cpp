#include "services/identity/people/adapters/calling.h"

#include "services/identity/edge/session_cookie.h"

namespace q2o::identity::people {
namespace {

constexpr std::size_t kTextMost = 256;

/// The peer's address as the edge saw it.
std::string client_address(const grpc::ServerContext& context) {
  auto seen = rpc::metadata(context, "q2o-address");
  return seen.empty() ? "inside" : seen.substr(0, kTextMost);
}

}  // namespace

Visit visit_of(const grpc::ServerContext& context) {
  Visit out;
  out.tenant = rpc::metadata(context, "q2o-tenant");
  out.person = rpc::metadata(context, "q2o-person");
  if (!ids::is_uuid(out.person)) out.person.clear();
  out.actor = rpc::metadata(context, "q2o-actor");
  out.key_id = rpc::metadata(context, "q2o-key");
  out.client_address = client_address(context);
  out.program = rpc::metadata(context, "user-agent").substr(0, kTextMost);
  // HTTP/2 may split a Cookie header into several.
  std::string cookies;
  const auto [first, last] = context.client_metadata().equal_range("cookie");
  for (auto at = first; at != last; ++at) cookies.append(at->second.data(), at->second.size()).append(";");
  out.session = edge::session_in(cookies);
  return out;
}

}  // namespace q2o::identity::people
