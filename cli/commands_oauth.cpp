#include <unistd.h>

#include <cctype>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/terminal.h"
#include "common/json/json.h"
#include "q2o/connector/v1/oauth.grpc.pb.h"

namespace q2o::cli {
namespace {

using connector::v1::OAuthService;
using connector::v1::SignedInCompany;

constexpr const char* kPlatform = "quickbooks_online";
/// The platform is asked for the company's name before anything is saved.
constexpr std::chrono::seconds kCallback{60};

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (escape) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

/// Of "https://…/oauth/return?code=…&state=…&realmId=…".
std::map<std::string, std::string> query_of(std::string_view address) {
  std::map<std::string, std::string> out;
  const auto begin = address.find('?');
  if (begin == std::string_view::npos) return out;
  address = address.substr(begin + 1, address.find('#') == std::string_view::npos ? address.npos : address.find('#') - begin - 1);
  while (!address.empty()) {
    const auto pair = address.substr(0, address.find('&'));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) out.emplace(decoded(pair.substr(0, equals)), decoded(pair.substr(equals + 1)));
    address.remove_prefix(std::min(address.size(), pair.size() + 1));
  }
  return out;
}

int print(const Session& session, const SignedInCompany& company) {
  if (session.json) {
    json::Writer out;
    out.begin_object().field("connection_id", company.connection_id()).field("company", company.company_name());
    out.field("company_id", company.company_id()).field("environment", company.environment()).field("state", company.state());
    out.field("message", company.message()).field("sign_in_expires_at", company.sign_in_expires_at()).end_object();
    std::cout << out.text() << '\n';
  } else {
    std::cout << fmt::format("{}: {} ({}), {}\n", company.connection_id(), company.company_name(), company.environment(), company.state());
    if (!company.message().empty()) std::cout << "  " << company.message() << '\n';
  }
  return kDone;
}

int finish(const Session& session, const std::string& address) {
  const auto query = query_of(address);
  const auto value = [&](const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
  };
  if (value("state").empty())
    return report_error(session, Error{Code::invalid_argument,
                                       "this is not the address that the browser shows after Connect",
                                       Retry::never,
                                       Effect::none,
                                       "NOT_A_RETURN",
                                       "It has code=, state= and realmId= in it; copy the whole of it.",
                                       {}});
  const auto stub = OAuthService::NewStub(session.channel("connector"));
  connector::v1::CallbackRequest request;
  request.set_platform(kPlatform);
  request.set_code(value("code"));
  request.set_state(value("state"));
  request.set_realm_id(value("realmId"));
  request.set_error(value("error"));
  const auto done = session.call("connector", *stub, &OAuthService::Stub::Callback, request, kCallback, {}, Again::if_unreached);
  if (!done) return report_error(session, done.error());
  print(session, done->company());
  if (!session.json) std::cout << "What it has: q2o assess " << short_id(done->company().connection_id()) << '\n';
  return kDone;
}

int begin(const Session& session) {
  const auto stub = OAuthService::NewStub(session.channel("connector"));
  connector::v1::AuthorizeRequest request;
  request.set_platform(kPlatform);
  const auto begun = session.call("connector", *stub, &OAuthService::Stub::Authorize, request);
  if (!begun) return report_error(session, begun.error());
  if (session.json) {
    std::cout << json::Writer().begin_object().field("url", begun->url()).field("expires_at", begun->expires_at()).end_object().text()
              << '\n';
    return kWaitsForPerson;
  }
  std::cout << "Open this address in a browser, sign in as an administrator of the company and choose Connect (until "
            << begun->expires_at() << "):\n\n"
            << begun->url() << "\n\n";
  if (!is_terminal() || isatty(STDIN_FILENO) == 0) {
    std::cout << "Then, with the address that the browser shows at the end: q2o connect-quickbooks --returned ADDRESS\n";
    return kWaitsForPerson;
  }
  std::cerr << "The address that the browser shows at the end: ";
  std::string address;
  std::getline(std::cin, address);
  return finish(session, address);
}

}  // namespace

int connect_by_browser(const Session& session, const std::string& returned) {
  if (returned.empty()) return begin(session);
  if (returned != "-") return finish(session, returned);
  std::string address;
  std::getline(std::cin, address);
  return finish(session, address);
}

int disconnect(const Session& session, const std::string& connection, bool yes) {
  const auto chosen = choose_connection(session, connection);
  if (!chosen) return report_error(session, chosen.error());
  const std::string effect =
      fmt::format("The consent of {} ends and the sign-in is forgotten; what was migrated stays, running migrations wait.",
                  chosen->company_name().empty() ? chosen->slug() : chosen->company_name());
  if (!yes && !confirmed(effect, "disconnect")) {
    std::cerr << "Nothing was changed.\n";
    return kUsage;
  }
  const auto stub = OAuthService::NewStub(session.channel("connector"));
  connector::v1::DisconnectRequest request;
  request.set_platform(chosen->platform().empty() ? kPlatform : chosen->platform());
  request.set_connection_id(chosen->connection_id());
  const auto done = session.call("connector", *stub, &OAuthService::Stub::Disconnect, request, kCallback);
  if (!done) return report_error(session, done.error());
  print(session, done->company());
  if (!session.json) std::cout << "Again: q2o connect-quickbooks --browser\n";
  return kDone;
}

}  // namespace q2o::cli
