#include "sandbox/quickbooks/sandbox.h"

#include <algorithm>
#include <optional>
#include <shared_mutex>

#include <fmt/format.h>

#include "common/ids/ids.h"
#include "sandbox/company/bookkeeper.h"
#include "sandbox/quickbooks/answers.h"
#include "sandbox/quickbooks/change_feed.h"
#include "sandbox/quickbooks/oauth.h"
#include "sandbox/quickbooks/report_endpoint.h"
#include "sandbox/quickbooks/selection.h"

namespace q2o::sandbox::quickbooks {
namespace {

constexpr std::int64_t kDownloadSeconds = 900;

/// First part of "query/x/y" and the rest.
std::pair<std::string, std::string> split(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return {std::string(path), ""};
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

std::int64_t seconds(Moment moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

Fault400 not_found(std::string_view entity, std::string_view id) {
  return {"610", "Object Not Found",
          fmt::format("Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, "
                      "customers, items, vendors or employees. ({} {})",
                      entity, id)};
}

}  // namespace

struct Sandbox::State {
  State(Company company_in, Options options_in)
      : options(std::move(options_in)),
        company(std::move(company_in)),
        realm(options.realm_id.empty() ? company.realm_id() : options.realm_id),
        tokens(options.credentials, options.tokens, realm, options.clock),
        oauth(options.credentials, options.tokens, realm, company.name(), tokens, options.clock),
        budget(options.limits, options.clock) {
    look_again();
  }

  /// What is made of the company as a whole.
  void look_again() {
    books.emplace(company);
    shelf.emplace(company);
  }
  Response change(const Request& request);

  Moment now() const { return options.clock(); }
  Response company_request(const Request& request, std::string_view path);
  Response query(const Request& request);
  Response read(const std::string& entity, const std::string& id);
  Response exchange_rate(const Request& request);
  Response download_link(const Request& request, const std::string& id);
  Response file(const Request& request, const std::string& id);
  Response info(const Request& request);
  std::string download_mark(const std::string& id, std::int64_t expires) const {
    return ids::sha256_hex(fmt::format("{}|{}|{}", options.credentials.client_secret, id, expires)).substr(0, 24);
  }
  Response wrapped(std::string_view entity, const std::string& text) const {
    return json_answer(fmt::format(R"({{"{}":{},"time":"{}"}})", entity, text, time_text(now())));
  }

  Options options;
  Company company;
  std::string realm;
  std::optional<reports::Books> books;
  std::optional<Shelf> shelf;
  std::vector<Bookkeeper::Deleted> deleted;
  std::shared_mutex mutex;  ///< the company changes under it; everything else reads
  Tokens tokens;
  OAuth oauth;
  Budget budget;
};

Sandbox::Sandbox(Company company, Options options) : state_(std::make_unique<State>(std::move(company), std::move(options))) {}
Sandbox::~Sandbox() = default;

const std::string& Sandbox::realm_id() const {
  return state_->realm;
}
const Credentials& Sandbox::credentials() const {
  return state_->options.credentials;
}
std::size_t Sandbox::requests_refused() const {
  return state_->budget.refused();
}
Handler Sandbox::http_handler() {
  return [this](const Request& request) { return handle(request); };
}

Response Sandbox::handle(const Request& request) {
  if (request.path == "/control/change") return state_->change(request);
  const std::shared_lock reading(state_->mutex);
  if (auto answer = state_->oauth.handle(request)) return *answer;
  if (request.path == "/control/company" || request.path == "/control/reconnect") return state_->info(request);
  if (request.path.starts_with("/files/")) return state_->file(request, request.path.substr(7));
  constexpr std::string_view prefix = "/v3/company/";
  if (!request.path.starts_with(prefix))
    return service_fault({"500", "Unsupported Operation", "Operation " + request.path + " is not supported."}, state_->now());

  const auto authorization = request.header("authorization");
  const auto bearer = authorization.starts_with("Bearer ") ? authorization.substr(7) : std::string_view{};
  if (state_->tokens.check(bearer) != AccessState::valid) return token_expired(state_->now());
  const auto [realm, path] = split(std::string_view(request.path).substr(prefix.size()));
  if (realm != state_->realm) return not_authorized_for_company(state_->now());
  const auto ticket = state_->budget.enter();
  if (!ticket.granted()) return throttled(state_->now());
  if (request.header("accept").find("json") == std::string_view::npos && !path.starts_with("download/"))
    return {200,
            fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><IntuitResponse "
                        "xmlns=\"http://schema.intuit.com/finance/v3\" time=\"{}\"/>",
                        time_text(state_->now())),
            "application/xml;charset=UTF-8",
            {}};
  return state_->company_request(request, path);
}

Response Sandbox::fault_answer(const Fault& fault, const Request&) {
  switch (fault.kind) {
    case FaultKind::too_many_requests:
      return throttled(state_->now());
    case FaultKind::token_expired:
      return token_expired(state_->now());
    case FaultKind::revoked:
      state_->tokens.revoke();
      return token_expired(state_->now());
    default:
      // What the gateway says when nobody behind it answers: not JSON.
      return {fault.status,
              fmt::format("<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>", fault.status),
              "text/html",
              {}};
  }
}

Response Sandbox::State::company_request(const Request& request, std::string_view path) {
  const auto [first, rest] = split(path);
  if (first == "query") return query(request);
  if (first == "reports") {
    const auto answer = report(*books, rest, request, options.report_cells_max);
    return answer ? json_answer(answer->dump()) : service_fault(answer.error(), now());
  }
  if (first == "companyinfo") return wrapped("CompanyInfo", company.of("CompanyInfo").front().dump());
  if (first == "preferences") return wrapped("Preferences", company.of("Preferences").front().dump());
  if (first == "exchangerate") return exchange_rate(request);
  if (first == "download") return download_link(request, rest);
  if (first == "cdc") {
    const auto answer = change_feed(request, *shelf, deleted, now());
    return answer ? json_answer(*answer) : service_fault(answer.error(), now());
  }
  return read(first, rest);
}

Response Sandbox::State::query(const Request& request) {
  if (request.method != "GET" && request.method != "POST")
    return service_fault({"500", "Unsupported Operation", "Operation is not supported."}, now());
  const std::string statement = request.method == "POST" && !request.body.empty() ? request.body : std::string(request.parameter("query"));
  const auto parsed = parse_query(statement);
  if (!parsed) return service_fault(parsed.error(), now());
  const auto page = shelf->select(*parsed);
  if (!page) return service_fault(page.error(), now());
  std::string body = R"({"QueryResponse":{)";
  if (parsed->count) {
    body += fmt::format(R"("totalCount":{})", page->matching);
  } else if (!page->rows.empty()) {
    body += fmt::format(R"("{}":[)", page->entity->name);
    for (const auto* row : page->rows) {
      if (row != page->rows.front()) body += ',';
      body += row->text;
    }
    body += fmt::format(R"(],"startPosition":{},"maxResults":{})", parsed->start, page->rows.size());
    if (page->entity->counts_rows) body += fmt::format(R"(,"totalCount":{})", page->matching);
  }
  return json_answer(body + fmt::format(R"(}},"time":"{}"}})", time_text(now())));
}

Response Sandbox::State::read(const std::string& entity, const std::string& id) {
  const auto* rules = find_entity(entity);
  if (rules == nullptr || id.empty())
    return service_fault({"500", "Unsupported Operation", fmt::format("Operation {} is not supported.", entity)}, now());
  if (id.find_first_not_of("0123456789") != std::string::npos && id != "TAX" && id != "NON")
    return service_fault({"2030", "Invalid ID", "Id should be a valid number. Supplied value:" + id, "Id"}, now());
  const auto* text = shelf->find(rules->name, id);
  return text != nullptr ? wrapped(rules->name, *text) : service_fault(not_found(rules->name, id), now());
}

Response Sandbox::State::exchange_rate(const Request& request) {
  const auto currency = request.parameter("sourcecurrencycode");
  const auto as_of = request.parameter("asofdate");
  const Node* best = nullptr;
  for (const auto& rate : company.of("ExchangeRate")) {
    if (rate["SourceCurrencyCode"].text() != currency || (!as_of.empty() && rate["AsOfDate"].text() > as_of)) continue;
    if (best == nullptr || (*best)["AsOfDate"].text() < rate["AsOfDate"].text()) best = &rate;
  }
  return best != nullptr ? wrapped("ExchangeRate", best->dump()) : service_fault(not_found("ExchangeRate", currency), now());
}

Response Sandbox::State::download_link(const Request& request, const std::string& id) {
  const auto* attachable = company.find("Attachable", id);
  if (attachable == nullptr || !attachable->has("FileName")) return service_fault(not_found("Attachable", id), now());
  const auto expires = seconds(now()) + kDownloadSeconds;
  return {200,
          fmt::format("http://{}/files/{}?expires={}&mark={}", request.header("host"), id, expires, download_mark(id, expires)),
          "text/plain;charset=UTF-8",
          {}};
}

Response Sandbox::State::file(const Request& request, const std::string& id) {
  const auto refused = [](int status, std::string_view why) {
    return Response{status, fmt::format("<Error><Code>{}</Code></Error>", why), "application/xml", {}};
  };
  // The object store takes its signed address as the only proof; a second one is an error.
  if (!request.header("authorization").empty()) return refused(400, "InvalidArgument");
  const auto* attachable = company.find("Attachable", id);
  if (attachable == nullptr) return refused(404, "NoSuchKey");
  std::int64_t expires = 0;
  const std::string text(request.parameter("expires"));
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos) return refused(403, "AccessDenied");
  expires = std::stoll(text);
  if (request.parameter("mark") != download_mark(id, expires) || expires < seconds(now())) return refused(403, "AccessDenied");
  const auto& type = (*attachable)["ContentType"].text();
  const auto answer = [&](std::string body) {
    return Response{200, std::move(body), type.empty() ? "application/octet-stream" : type, {}};
  };
  if (const auto bytes = company.files.find(id); bytes != company.files.end()) return answer(bytes->second);
  // The company folder knows the object only; the bytes are made up, but always the same and as many as the object says.
  const auto line = fmt::format("{} ({})\n", (*attachable)["FileName"].text(), (*attachable)["Note"].text());
  const auto size = (*attachable)["Size"].is_null()
                        ? line.size()
                        : static_cast<std::size_t>(std::min<__int128>((*attachable)["Size"].decimal().unscaled(), 10'000'000));
  std::string body;
  while (body.size() < size) body += line;
  body.resize(size);
  return answer(std::move(body));
}

/// For people and scripts, not part of QuickBooks: how to connect; POST /control/reconnect plays a human who consents again.
Response Sandbox::State::info(const Request& request) {
  const bool again = request.path == "/control/reconnect" && request.method == "POST";
  const auto refresh = again ? tokens.reconnect().refresh : options.credentials.first_refresh_token;
  json::Writer out;
  out.begin_object().field("company", company.name()).field("realm_id", realm).field("client_id", options.credentials.client_id);
  out.field("client_secret", options.credentials.client_secret).field("refresh_token", refresh);
  out.field("transactions", static_cast<std::int64_t>(company.ledger.size())).field("first_date", company.first_date());
  out.field("last_date", company.last_date()).field("requests_refused", static_cast<std::int64_t>(budget.refused())).end_object();
  return {200, out.take(), "application/json", {}};
}

/// POST /control/change plays the company's bookkeeper, not part of QuickBooks: {"changes": [wish…]}, all of them or none.
Response Sandbox::State::change(const Request& request) {
  const auto refuse = [](const std::string& why) {
    return Response{400, json::Writer().begin_object().field("error", why).end_object().take(), "application/json", {}};
  };
  const auto wishes = Node::parse(request.body);
  if (!wishes || !(*wishes)["changes"].is_array()) return refuse("expected {\"changes\": [...]}");
  const std::unique_lock writing(mutex);
  Company changed = company;
  Bookkeeper bookkeeper(changed, time_text(now()));
  auto done = Node::array();
  for (const auto& wish : (*wishes)["changes"].items()) {
    auto one = bookkeeper.apply(wish);
    if (!one) return refuse(one.error().message);
    done.push(std::move(*one));
  }
  company = std::move(changed);
  deleted.insert(deleted.end(), bookkeeper.deleted().begin(), bookkeeper.deleted().end());
  look_again();
  return {200, Node::object({{"done", std::move(done)}}).dump(), "application/json", {}};
}

}  // namespace q2o::sandbox::quickbooks
