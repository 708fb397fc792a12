#include "services/connector/app/source_caller.h"

#include <fmt/format.h>

#include "services/connector/domain/query.h"

namespace q2o::connector {
namespace {

Trouble trouble(FaultAction action, Code code, std::string message, std::string reason, std::string hint = {}) {
  return {action, Error{code,
                        std::move(message),
                        action == FaultAction::retry ? Retry::after_backoff : Retry::never,
                        Effect::none,
                        std::move(reason),
                        std::move(hint),
                        {}}};
}

/// What a person sees first of an answer: printable, short.
std::string beginning(std::string_view body) {
  std::string out;
  for (const char c : body.substr(0, 80)) out += c >= ' ' && c <= '~' ? c : '?';
  return out.empty() ? "it is empty" : "it begins with " + out;
}

/// A page of a proxy or a sign-in form: no record of the answer is to blame, so asking for fewer rows is of no use.
bool looks_like_json(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

Trouble of_sign_in(const Error& error) {
  const bool later = error.code == Code::unavailable || error.code == Code::deadline_exceeded;
  return {later ? FaultAction::retry : FaultAction::stop, error};
}

/// One of the few that take an answer apart.
class Reading {
 public:
  explicit Reading(Readers& readers) : readers_(readers) { readers_.acquire(); }
  ~Reading() { readers_.release(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Readers& readers_;
};

std::string_view word(FaultAction action) {
  switch (action) {
    case FaultAction::retry:
      return "retry";
    case FaultAction::wait:
      return "throttled";
    case FaultAction::reauthenticate:
      return "reauthenticate";
    case FaultAction::stop:
      return "stop";
    case FaultAction::permanent:
      return "permanent";
    case FaultAction::absent:
    case FaultAction::absent_if_optional:
      return "absent";
    case FaultAction::split:
      break;
  }
  return "split";
}

}  // namespace

SourceCaller::SourceCaller(Connection connection, const Manifest& manifest, SourceApi& api, BudgetGate& gate, AccessTokens& tokens,
                           Clock& clock, CallProbe& probe, CallOptions options, Waits waits)
    : connection_(std::move(connection)),
      manifest_(manifest),
      api_(api),
      gate_(gate),
      tokens_(tokens),
      clock_(clock),
      probe_(probe),
      options_(options),
      waits_(std::move(waits)) {}

std::string SourceCaller::url(const std::string& path, std::map<std::string, std::string> parameters) const {
  parameters.insert(manifest_.common_parameters.begin(), manifest_.common_parameters.end());
  std::string out = connection_.base_url + fill(path, {{"company", http::percent_encode(connection_.company_id)}});
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    out += separator + http::percent_encode(name) + "=" + http::percent_encode(value);
    separator = '&';
  }
  return out;
}

template <class T>
SourceCaller::Asked<T> SourceCaller::call(const Question& question, const Examine<T>& examine, std::stop_token stop) {
  thread_local std::minstd_rand random{std::random_device{}()};
  http::Request request{"GET", question.url, {{"Accept", question.accept}}, "", question.bytes_max};
  Patience patience;
  for (int attempt = 0; !stop.stop_requested();) {
    auto permit = gate_.enter(stop, [&](milliseconds time) { waits_("BUDGET", time); });
    if (!permit) break;
    const auto token = question.signed_in ? tokens_.current(connection_.id, manifest_.oauth.access_seconds, stop)
                                          : Result<config::Secret>(config::Secret());
    if (!token && of_sign_in(token.error()).action == FaultAction::stop) return tl::unexpected(of_sign_in(token.error()));
    Asked<T> answer = tl::unexpected(token ? Trouble{} : of_sign_in(token.error()));
    if (token) {
      request.headers.resize(1);
      if (question.signed_in) request.headers.push_back({"Authorization", "Bearer " + token->reveal()});
      const auto begin = std::chrono::steady_clock::now();
      answer = examine(api_.send(request, options_.deadline));
      ++requests_;
      probe_.answered(question.kind, answer ? "ok" : word(answer.error().action),
                      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin));
    }
    permit.reset();
    if (answer) {
      waits_("", milliseconds{0});
      return answer;
    }
    const Trouble& found = answer.error();
    if (found.action == FaultAction::retry) {
      if (++attempt >= options_.attempts) return answer;
      clock_.wait(std::max(options_.backoff.wait(attempt - 1, random), found.error.retry_after), stop);
      continue;
    }
    if (!question.signed_in && found.action == FaultAction::reauthenticate) return answer;
    if (auto final = wait_or_renew(found, token ? *token : config::Secret{}, patience, stop)) return tl::unexpected(std::move(*final));
  }
  return tl::unexpected(trouble(FaultAction::retry, Code::cancelled, "stopped", "STOPPED"));
}

template <class T, class Take>
SourceCaller::Asked<T> SourceCaller::extract(const Question& question, bool divisible, const Take& take, std::stop_token stop) {
  return call<T>(
      question,
      [&](Result<http::Response> response) -> Asked<T> {
        const Reading reading(*options_.readers);
        const auto document = examine(std::move(response), divisible);
        if (!document) return tl::unexpected(document.error());
        return take(document->root());
      },
      std::move(stop));
}

SourceCaller::Answer SourceCaller::query(const std::string& statement, std::stop_token stop, std::string_view kind) {
  return ask({kind, url(manifest_.query_path, {{"query", statement}})}, false, std::move(stop));
}

SourceCaller::Answer SourceCaller::changes(const std::string& entity, const std::string& since, std::stop_token stop) {
  auto parameters = manifest_.changes.feed_parameters;
  for (auto& [name, value] : parameters) value = fill(value, {{"entity", entity}, {"since", since}});
  return ask({"changes", url(manifest_.changes.feed_path, std::move(parameters))}, false, std::move(stop));
}

SourceCaller::Question SourceCaller::about(const ReportRequest& report, std::size_t bytes_max) const {
  Question question{"report", url(fill(manifest_.report_path, {{"report", report.name}}), report.parameters)};
  question.bytes_max = bytes_max;
  return question;
}

SourceCaller::Answer SourceCaller::report(const ReportRequest& report, bool divisible, std::stop_token stop, std::size_t bytes_max) {
  return ask(about(report, bytes_max), divisible, std::move(stop));
}

SourceCaller::Asked<std::string> SourceCaller::report_text(const ReportRequest& report, bool divisible, std::stop_token stop,
                                                           std::size_t bytes_max) {
  const auto whole = [](const json::Value& answer) -> Asked<std::string> { return std::string(answer.raw()); };
  return extract<std::string>(about(report, bytes_max), divisible, whole, std::move(stop));
}

SourceCaller::Asked<std::vector<Row>> SourceCaller::page(const EntityRule& rule, const std::string& statement, std::stop_token stop) {
  const auto rows = [&](const json::Value& answer) -> Asked<std::vector<Row>> {
    auto found = rows_in(manifest_, rule, answer);
    if (!found) return tl::unexpected(Trouble{FaultAction::split, std::move(found.error())});
    return std::move(*found);
  };
  return extract<std::vector<Row>>({"page", url(manifest_.query_path, {{"query", statement}})}, false, rows, std::move(stop));
}

SourceCaller::Answer SourceCaller::ask(const Question& question, bool divisible, std::stop_token stop) {
  return call<json::Document>(
      question, [&](Result<http::Response> response) { return examine(std::move(response), divisible); }, std::move(stop));
}

SourceCaller::Asked<SourceFile> SourceCaller::file(const std::string& id, std::stop_token stop) {
  const Question for_link{"file", url(fill(manifest_.files.link_path, {{"id", http::percent_encode(id)}}), {})};
  for (bool again = false;; again = true) {
    const auto link = call<std::string>(for_link, [&](Result<http::Response> response) { return examine_link(std::move(response)); }, stop);
    if (!link) return tl::unexpected(link.error());
    // The address is its own proof: a bearer token beside it makes the store refuse, and is nobody's business there.
    auto file = call<SourceFile>(
        {"file", *link, "*/*", false, manifest_.files.bytes_max},
        [&](Result<http::Response> response) { return examine_file(std::move(response)); }, stop);
    if (file || file.error().action != FaultAction::reauthenticate) return file;
    if (!again) continue;
    Trouble refused = std::move(file.error());
    refused.action = FaultAction::permanent;
    refused.error.code = Code::failed_precondition;
    refused.error.retry = Retry::never;
    return tl::unexpected(std::move(refused));
  }
}

SourceCaller::Asked<std::string> SourceCaller::examine_link(Result<http::Response> response) const {
  if (!response) return tl::unexpected(Trouble{FaultAction::retry, response.error()});
  if (response->status == 200) {
    std::string link = response->body.substr(0, response->body.find_last_not_of(" \t\r\n") + 1);
    const bool address = link.starts_with("https://") || (link.starts_with("http://") && connection_.base_url.starts_with("http://"));
    if (address && link.find_first_of(" \t\r\n\"<>") == std::string::npos) return link;
    return tl::unexpected(trouble(FaultAction::retry, Code::data_loss, "the source's answer is no address of a file", "BAD_LINK",
                                  "If it stays so, download the file in the source and attach it in the target by hand."));
  }
  const auto document = json::Document::parse(response->body);
  static const json::Value null;
  Trouble judged =
      judge(manifest_, response->status, find_fault(manifest_, document ? document->root() : null), manifest_.files.link_faults);
  judged.error.retry_after = response->retry_after();
  return tl::unexpected(std::move(judged));
}

SourceCaller::Asked<SourceFile> SourceCaller::examine_file(Result<http::Response> response) const {
  if (!response) {
    if (response.error().code == Code::resource_exhausted) return tl::unexpected(Trouble{FaultAction::permanent, too_big(manifest_.files)});
    return tl::unexpected(Trouble{FaultAction::retry, response.error()});
  }
  if (response->status == 200) return SourceFile{std::string(response->header("Content-Type")), std::move(response->body)};
  Trouble judged = judge(manifest_, response->status, {}, manifest_.files.store_faults);
  judged.error.retry_after = response->retry_after();
  return tl::unexpected(std::move(judged));
}

Error too_big(const FileRule& files) {
  return Error{Code::failed_precondition,
               fmt::format("the file is larger than {} MiB", files.bytes_max >> 20),
               Retry::never,
               Effect::none,
               "FILE_TOO_BIG",
               "Download it in the source and attach it in the target by hand, or raise files.bytes_max of the platform and run again.",
               {}};
}

SourceCaller::Answer SourceCaller::examine(Result<http::Response> response, bool divisible) const {
  if (!response) {
    const auto& error = response.error();
    if (error.code == Code::resource_exhausted) return tl::unexpected(Trouble{FaultAction::split, error});
    if (error.code == Code::deadline_exceeded && divisible) return tl::unexpected(Trouble{FaultAction::split, error});
    return tl::unexpected(Trouble{FaultAction::retry, error});
  }
  const int status = response->status;
  const auto retry_after = response->retry_after();
  const std::string foreign = looks_like_json(response->body) ? "" : beginning(response->body);
  auto document = json::Document::parse(std::move(response->body));
  static const json::Value null;
  const Fault fault = find_fault(manifest_, document ? document->root() : null);
  if (status == 200 && !fault.found()) {
    if (document) return std::move(*document);
    if (!foreign.empty())
      return tl::unexpected(trouble(
          FaultAction::retry, Code::data_loss, "the source's answer is no JSON: " + foreign, "NOT_JSON",
          "Something between us and the source answers in its place (a proxy, a maintenance page): check the address and the network."));
    return tl::unexpected(trouble(FaultAction::retry, Code::data_loss, "the source's answer is broken: " + document.error().message,
                                  "BAD_JSON",
                                  "If it stays so, the source damages its answers on the way: tell support the time and the company."));
  }
  if (status == 504 && divisible)
    return tl::unexpected(trouble(FaultAction::split, Code::deadline_exceeded, "the source took too long", "TOO_LONG"));
  Trouble judged = judge(manifest_, status, fault);
  judged.error.retry_after = retry_after;
  return tl::unexpected(std::move(judged));
}

/// Nothing: ask again.
std::optional<Trouble> SourceCaller::wait_or_renew(const Trouble& found, const config::Secret& token, Patience& patience,
                                                   const std::stop_token& stop) {
  if (found.action == FaultAction::wait) {
    const auto asked = found.error.retry_after.count() > 0 ? found.error.retry_after : options_.throttle_wait;
    const auto time = std::min(asked, options_.throttle_wait_max);
    if (patience.throttled.count() > 0 && patience.throttled + time > options_.throttle_total) {
      return trouble(FaultAction::stop, Code::resource_exhausted,
                     fmt::format("the source has refused the same question for {} minutes, because too much is asked of it",
                                 std::chrono::duration_cast<std::chrono::minutes>(patience.throttled).count()),
                     "SOURCE_THROTTLED", "See what else asks this company (other programs share its limits), then resume the migration.");
    }
    patience.throttled += time;
    gate_.block(time);
    if (!options_.wait_when_throttled) {
      Trouble later = found;
      later.error.retry_after = time;
      return later;
    }
    waits_(found.error.reason, time);
    return std::nullopt;
  }
  if (found.action != FaultAction::reauthenticate) return found;
  if (std::exchange(patience.renewed, true)) {
    Trouble refused = found;
    refused.action = FaultAction::stop;
    refused.error.reason = "CONNECTION_BROKEN";
    return refused;
  }
  if (auto fresh = tokens_.renew(connection_.id, token, manifest_.oauth.access_seconds, stop); !fresh) return of_sign_in(fresh.error());
  return std::nullopt;
}

}  // namespace q2o::connector
