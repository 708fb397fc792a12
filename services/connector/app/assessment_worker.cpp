#include "services/connector/app/assessment_worker.h"

#include "common/liveness/lease_keeper.h"
#include "common/log/log.h"
#include "services/connector/app/task_pool.h"

namespace q2o::connector {
namespace {

/// Passes on to the counters, and sums up what the answers took.
class Stopwatch : public CallProbe {
 public:
  explicit Stopwatch(CallProbe& next) : next_(next) {}
  void answered(std::string_view kind, std::string_view outcome, milliseconds took) override {
    next_.answered(kind, outcome, took);
    ++requests_;
    answers_ += took.count();
  }
  AskingCost since_last() { return {requests_.exchange(0), milliseconds(answers_.exchange(0))}; }

 private:
  CallProbe& next_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::int64_t> answers_{0};
};

bool passes_by_itself(const Trouble& trouble) {
  return trouble.action == FaultAction::retry || trouble.action == FaultAction::wait || trouble.error.retry == Retry::after_backoff;
}

}  // namespace

std::optional<Trouble> AssessmentWorker::assess(const TakenAssessment& taken, std::stop_token stop) {
  const auto connection = connections_.find(taken.tenant, taken.connection_id);
  const auto manifest = connection ? manifests_.find(connection->platform) : manifests_.end();
  if (manifest == manifests_.end())
    return Trouble{FaultAction::stop, Error{Code::not_found,
                                            "the connection or its platform does not exist any more",
                                            Retry::never,
                                            Effect::none,
                                            "NO_CONNECTION",
                                            "Connect the company, then assess it again.",
                                            {}}};
  Stopwatch watch(calls_);
  SourceCaller caller(*connection, manifest->second, api_, gates_.of(connection->id, manifest->second.budget), tokens_, clock_, watch,
                      options_.call, [](const std::string&, milliseconds) {});
  std::stop_source rest;
  const std::stop_callback forward(stop, [&rest] { rest.request_stop(); });
  EntityAssessor assessor(manifest->second, caller, rest.get_token());
  TaskPool pool(options_.threads);
  std::deque<Pending<SourceCaller::Asked<Assessed>>> asked;
  for (const auto* rule : assessed_entities(manifest->second))
    if (!taken.done.contains(rule->name)) asked.push_back(pool.submit([&assessor, rule] { return assessor.assess(*rule); }));
  std::optional<Trouble> trouble;
  for (; !asked.empty(); asked.pop_front()) {
    const auto entity = asked.front().get();
    if (stop.stop_requested()) return std::nullopt;
    if (!entity && !trouble) {
      trouble = entity.error();
      rest.request_stop();  // the others would run into the same
    }
    if (entity && !queue_.store(taken, *entity, watch.since_last())) return std::nullopt;
  }
  return trouble;
}

bool AssessmentWorker::run_one(std::stop_token stop) {
  const auto taken = queue_.take(options_.lease_ttl);
  if (!taken) return false;
  log::info("assessment taken", {{"assessment", taken->id}, {"connection", taken->connection_id}});
  std::stop_source halt;
  const std::stop_callback forward(stop, [&halt] { halt.request_stop(); });
  try {
    std::optional<Trouble> trouble;
    {
      const liveness::LeaseKeeper keeper(taken->id, options_.lease_ttl / 3, [&] { return queue_.renew(*taken, options_.lease_ttl); });
      const std::stop_callback lost(keeper.lost(), [&halt] { halt.request_stop(); });
      trouble = assess(*taken, halt.get_token());
    }
    if (!halt.stop_requested()) {
      if (!trouble) queue_.finish(*taken);
      if (trouble && passes_by_itself(*trouble)) queue_.later(*taken, trouble->error);
      if (trouble && !passes_by_itself(*trouble)) queue_.failed(*taken, trouble->error);
    }
  } catch (const std::exception& error) {
    // The database is away: the lease runs out, and the assessment goes on from what was stored.
    log::error("assessment interrupted", {{"assessment", taken->id}, {"error", error.what()}});
    clock_.wait(milliseconds{1000}, stop);
  }
  queue_.release(*taken);
  return true;
}

}  // namespace q2o::connector
