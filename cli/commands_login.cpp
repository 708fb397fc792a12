#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "common/json/json.h"
#include "q2o/identity/v1/account.grpc.pb.h"

namespace q2o::cli {
namespace {

using identity::v1::AccountService;

/// From the variable, else typed without being shown.
config::Secret secret_from(const char* variable, const std::string& question) {
  if (const char* given = std::getenv(variable)) return config::Secret(given);
  std::cerr << question << ": " << std::flush;
  termios before{};
  const bool terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
  }
  return config::Secret(std::move(line));
}

std::string role_word(identity::v1::Role role) {
  switch (role) {
    case identity::v1::ROLE_OWNER:
      return "owner";
    case identity::v1::ROLE_ACCOUNTANT:
      return "accountant";
    case identity::v1::ROLE_VIEWER:
      return "viewer";
    default:
      return "no role";
  }
}

std::string company_of(const identity::v1::Me& me) {
  for (const auto& one : me.memberships())
    if (one.tenant_id() == me.tenant_id()) return one.company_name();
  return me.tenant_id();
}

std::string sentence(const identity::v1::Me& me, const std::string& edge) {
  if (me.person_id().empty()) return "API key " + me.key_id() + " at " + edge + ", for the company " + me.tenant_id() + ".";
  return me.email() + " at " + edge +
         (me.tenant_id().empty() ? ", in no company." : ", " + role_word(me.role()) + " of " + company_of(me) + ".");
}

Result<identity::v1::Me> who_am_i(const Session& session) {
  const auto stub = AccountService::NewStub(session.channel("identity"));
  const auto answer = session.call("identity", *stub, &AccountService::Stub::WhoAmI, identity::v1::WhoAmIRequest());
  if (!answer) return fail(answer.error());
  return answer->me();
}

/// The session is in the head of the answer, as a browser gets it.
Result<identity::v1::Me> sign_in(Login& login, const std::string& email, const config::Secret& password) {
  const auto stub = AccountService::NewStub(edge_channel(login));
  const auto context = rpc::context("", "", std::chrono::seconds(20));
  identity::v1::SignInRequest request;
  request.set_email(email);
  request.set_password(password.reveal());
  identity::v1::SignInResponse response;
  if (const auto status = stub->SignIn(context.get(), request, &response); !status.ok()) return fail(rpc::to_error(status));
  const auto& head = context->GetServerInitialMetadata();
  for (auto [at, last] = head.equal_range("set-cookie"); at != last; ++at) {
    const std::string_view cookie(at->second.data(), at->second.size());
    if (!cookie.starts_with(kSessionCookie) || cookie.substr(kSessionCookie.size(), 1) != "=") continue;
    const auto value = cookie.substr(kSessionCookie.size() + 1);
    login.session = config::Secret(std::string(value.substr(0, value.find(';'))));
    return response.me();
  }
  return fail(Code::internal, "the edge answered without a session", "NO_SESSION", "Look whether it is an edge of Quick2Odoo.");
}

}  // namespace

int login(const Session& session, const LoginOptions& options) {
  Login entry;
  const auto edge = edge_address(options.edge);
  if (!edge) return report_error(session, edge.error());
  entry.edge = *edge;
  if (!options.authorities.empty()) {
    std::ifstream in(options.authorities);
    std::ostringstream text;
    text << in.rdbuf();
    entry.authorities = text.str();
    if (!in || entry.authorities.empty())
      return report_error(session, Error{Code::failed_precondition,
                                         options.authorities + " cannot be read",
                                         Retry::never,
                                         Effect::none,
                                         "NO_FILE",
                                         "Give a file of certificates (PEM).",
                                         {}});
  }
  Session there = session;
  Result<identity::v1::Me> me = identity::v1::Me();
  if (options.email.empty()) {
    entry.key = secret_from("Q2O_API_KEY", "API key (mk_…)");
    there.use(entry);
    me = who_am_i(there);
  } else {
    me = sign_in(entry, options.email, secret_from("Q2O_PASSWORD", "Password of " + options.email));
    there.use(entry);
  }
  if (!me) return report_error(there, me.error());
  entry.who = me->person_id().empty() ? "key:" + me->key_id() : me->email();
  entry.tenant = me->tenant_id();
  if (const auto written = write_login(session.state_folder, entry); !written) return report_error(session, written.error());
  std::cout << sentence(*me, entry.edge) << '\n';
  std::cerr << "Every command goes there now, until `q2o logout`. Next: q2o status\n";
  return kDone;
}

int logout(const Session& session) {
  if (session.login && !session.login->session.empty()) {
    const auto stub = AccountService::NewStub(session.channel("identity"));
    const auto ended = session.call("identity", *stub, &AccountService::Stub::SignOut, identity::v1::SignOutRequest());
    if (!ended && ended.error().code != Code::unauthenticated)
      std::cerr << "The session could not be ended there (" << ended.error().message << "); it ends by itself when nobody uses it.\n";
  }
  std::cerr << (forget_login(session.state_folder) ? "Signed out. Commands go to the services of this machine again.\n"
                                                   : "Nobody was signed in.\n");
  return kDone;
}

int whoami(const Session& session) {
  if (!session.login) {
    std::cout << session.actor << ", inside, for the company " << session.tenant << ".\n";
    std::cerr << "Next: q2o login https://… to work through an edge.\n";
    return kDone;
  }
  const auto me = who_am_i(session);
  if (!me) return report_error(session, me.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().field("edge", session.login->edge).field("person_id", me->person_id()).field("email", me->email());
    out.field("key_id", me->key_id())
        .field("tenant_id", me->tenant_id())
        .field("role", role_word(me->role()))
        .key("companies")
        .begin_array();
    for (const auto& one : me->memberships())
      out.begin_object()
          .field("tenant_id", one.tenant_id())
          .field("name", one.company_name())
          .field("role", role_word(one.role()))
          .end_object();
    std::cout << out.end_array().end_object().text() << '\n';
  } else {
    std::cout << sentence(*me, session.login->edge) << '\n';
  }
  return kDone;
}

}  // namespace q2o::cli
