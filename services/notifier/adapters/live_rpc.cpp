#include "services/notifier/adapters/live_rpc.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "common/rpc/serve.h"
#include "services/notifier/adapters/problems.h"
#include "services/notifier/adapters/store.h"
#include "services/notifier/adapters/watcher.h"

namespace q2o::notifier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr const char* kPurpose = "notifier stream";
/// How late a caller's leaving may be noticed.
constexpr auto kSlice = std::chrono::milliseconds(250);
/// Looked at without a wake-up too: a notification may get lost with its connection.
constexpr auto kLookAnyway = std::chrono::seconds(5);
/// Progress with all its entities has some kilobytes.
constexpr std::uint32_t kJobsMost = 200;

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string json_of(const google::protobuf::Message& message) {
  std::string out;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok())
    throw std::runtime_error("progress cannot be written as JSON");
  return out;
}

std::string event_of(const std::string& id, const char* name, const std::string& data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, name, data);
}

bool write(grpc::ServerWriter<google::api::HttpBody>& writer, const std::string& text) {
  google::api::HttpBody body;
  body.set_content_type("text/event-stream");
  body.set_data(text);
  return writer.Write(body);
}

}  // namespace

LiveRpc::LiveRpc(pg::Pool& pool, const Changes& changes, Places& places, std::stop_token stop, Options options)
    : pool_(pool), changes_(changes), places_(places), stop_(std::move(stop)), options_(std::move(options)) {}

grpc::Status LiveRpc::CreateStreamToken(grpc::ServerContext* context, const v1::CreateStreamTokenRequest*,
                                        v1::CreateStreamTokenResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    const auto until = std::chrono::system_clock::now() + options_.token_life;
    response->set_token(crypto::sign_token(options_.key, kPurpose, {caller.tenant, watcher_of(*context)}, until));
    response->set_expires_at(calendar::rfc3339(until));
    return {};
  });
}

grpc::Status LiveRpc::Stream(grpc::ServerContext* context, const v1::StreamRequest* request,
                             grpc::ServerWriter<google::api::HttpBody>* writer) {
  // Nobody is signed in here: the token says whose events these are.
  const auto token = crypto::read_token(options_.key, kPurpose, request->token(), std::chrono::system_clock::now());
  if (!token) return rpc::to_status(token.error());
  const acting::Scope theirs(acting::tenant(token->parts.at(0)));
  const Place place(places_, token->parts.at(0), token->parts.size() > 1 ? token->parts[1] : "");
  if (place.refusal()) return rpc::to_status(*place.refusal());
  context->AddInitialMetadata("cache-control", "no-cache, no-transform");
  context->AddInitialMetadata("x-accel-buffering", "no");
  return rpc::serve_anybody("notifier", [&] { return stream(*context, token->parts.at(0), token->expires, *writer); });
}

Status LiveRpc::stream(const grpc::ServerContext& context, const std::string& tenant, crypto::Moment until,
                       grpc::ServerWriter<google::api::HttpBody>& writer) {
  auto last = rpc::metadata(context, "last-event-id");
  if (!is_number(last)) last = "0";
  std::map<std::string, std::uint64_t> told;  // what comes twice is not told twice on one stream
  auto last_word = Clock::now();
  if (!write(writer, "retry: 3000\n\n")) return {};
  while (!context.IsCancelled() && !stop_.stop_requested()) {
    if (std::chrono::system_clock::now() >= until) {
      write(writer, event_of(last, "expired", "{}"));
      return {};
    }
    const auto heard = changes_.heard();  // before the look: a change in between wakes at once
    const auto looked = Clock::now();
    const auto changed = pool_.transact([&](pg::Tx& tx) { return changed_since(tx, tenant, last); });
    last = changed.position;
    std::string events;
    for (const auto& progress : changed.jobs) {
      if (std::exchange(told[progress.migration_id()], progress.version()) == progress.version()) continue;
      events += event_of(last, "progress", json_of(progress));
    }
    if (events.empty() && Clock::now() - last_word >= options_.heartbeat) events = ": still here\n\n";
    if (!events.empty()) {
      if (!write(writer, events)) return {};
      last_word = Clock::now();
    }
    const auto at_latest = std::min(last_word + options_.heartbeat, Clock::now() + kLookAnyway);
    while (!context.IsCancelled() && !stop_.stop_requested() && std::chrono::system_clock::now() < until) {
      if (Clock::now() >= at_latest) break;
      if (changes_.wait(heard, kSlice)) break;
    }
    // A job that changes all the time is told a few times a second, not a hundred times.
    while (Clock::now() < looked + options_.at_least && !stop_.stop_requested())
      changes_.wait(~std::uint64_t{0}, std::chrono::duration_cast<std::chrono::milliseconds>(looked + options_.at_least - Clock::now()) +
                                           std::chrono::milliseconds(1));
  }
  return {};
}

grpc::Status LiveRpc::ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request, v1::ListJobsResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    const auto after = rpc::place_of(request->page_token());
    if (!after) return fail(after.error());
    const auto most = std::min(rpc::page_size(request->page_size()), kJobsMost);
    pool_.transact([&](pg::Tx& tx) {
      response->Clear();
      for (auto& progress : jobs(tx, caller.tenant, *after, most)) *response->add_jobs() = std::move(progress);
    });
    if (response->jobs_size() == static_cast<int>(most)) response->set_next_page_token(std::to_string(*after + most));
    return {};
  });
}

grpc::Status LiveRpc::ListErrors(grpc::ServerContext* context, const v1::ListErrorsRequest* request, v1::ListErrorsResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    const auto before = rpc::place_of(request->page_token());
    if (!before) return fail(before.error());
    if (!request->migration_id().empty() && !ids::is_uuid(request->migration_id()))
      return fail(Code::not_found, "there is no migration " + request->migration_id(), "NO_MIGRATION", "List them with ListJobs.");
    std::int64_t next = 0;
    const auto found = pool_.transact([&](pg::Tx& tx) {
      return problems(tx, caller.tenant, request->migration_id(), *before, rpc::page_size(request->page_size()), next);
    });
    for (const auto& problem : found) *response->add_problems() = problem;
    if (next > 0) response->set_next_page_token(std::to_string(next));
    return {};
  });
}

}  // namespace q2o::notifier
