#include "services/validator/adapters/worker.h"

#include "common/calendar/calendar.h"
#include "common/liveness/lease_keeper.h"
#include "common/log/log.h"
#include "services/validator/adapters/report_proto.h"

namespace q2o::validator {
namespace {

constexpr int kAttemptsMax = 40;
constexpr std::chrono::milliseconds kDelayMin{250}, kDelayMax{15'000};

}  // namespace

bool Worker::run_one(std::stop_token stop) {
  const auto job = store_.next();
  if (!job) return false;
  log::info("proof begins", {{"migration", job->run.migration}, {"run", static_cast<std::int64_t>(job->run.number)}});
  Result<Proof> proof;
  LinesOnShelf lines;
  {
    const liveness::LeaseKeeper keeper(job->run.migration, kLease / 3, [&] { return store_.renew(*job); });
    std::stop_source either;
    std::stop_callback on_stop(stop, [&] { either.request_stop(); });
    std::stop_callback on_lost(keeper.lost(), [&] { either.request_stop(); });
    proof = prover_.prove(job->run, either.get_token(), [&](std::size_t check, const auto& made) { lines.take(check, made); });
  }
  settle(*job, proof, lines);
  return true;
}

void Worker::settle(const Job& job, const Result<Proof>& proof, const LinesOnShelf& lines) {
  if (proof) {
    if (store_.finish(job, to_proto(*proof, job.run, calendar::rfc3339(std::chrono::system_clock::now())), &lines)) {
      log::info("proof made", {{"migration", job.run.migration}, {"verdict", proof->verdict}, {"sentence", proof->sentence}});
    }
    return;
  }
  const auto& why = proof.error();
  if (why.code == Code::cancelled) {
    store_.retry_later(job, why, std::chrono::milliseconds(0));
  } else if (why.retry == Retry::after_backoff && job.attempts < kAttemptsMax) {
    log::warn("proof waits", {{"migration", job.run.migration}, {"for", why.message}});
    store_.retry_later(job, why, std::min(kDelayMax, kDelayMin * (job.attempts + 1)));
  } else {
    log::error("proof could not be made", {{"migration", job.run.migration}, {"error", why.message}});
    store_.give_up(job, why);
  }
}

}  // namespace q2o::validator
