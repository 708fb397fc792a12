#include "services/identity/people/adapters/calling.h"

namespace q2o::identity::people {
namespace {

constexpr std::size_t kTextMost = 256;

/// The peer's address as the edge saw it.
std::string client_address(const grpc::ServerContext& context) {
  auto seen = rpc::metadata(context, "q2o-address");
  return seen.empty() ? "inside" : seen.substr(0, kTextMost);
}

}  // namespace

std::string cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    auto part = header.substr(0, end);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') return std::string(part.substr(name.size() + 1));
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
  }
  return {};
}

std::string session_cookie(std::string_view value, std::chrono::seconds lives) {
  return "q2o_session=" + std::string(value) + "; Path=/; Max-Age=" + std::to_string(value.empty() ? 0 : lives.count()) +
         "; HttpOnly; Secure; SameSite=Lax";
}

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
  const auto [first, last] = context.client_metadata().equal_range("cookie");
  for (auto at = first; at != last && out.session.empty(); ++at)
    out.session = cookie_value({at->second.data(), at->second.size()}, "q2o_session");
  return out;
}

}  // namespace q2o::identity::people
