#pragma once

#include "services/connector/app/connections.h"
#include "services/connector/app/job_queue.h"

namespace q2o::connector {

inline constexpr const char* kJobsChannel = "q2o_connector_jobs";

class PostgresQueue : public JobQueue {
 public:
  PostgresQueue(pg::Pool& pool, const Manifests& manifests, std::string owner, bus::Options bus = {})
      : pool_(pool), manifests_(manifests), owner_(std::move(owner)), bus_(std::move(bus)) {}
  std::optional<TakenJob> take(milliseconds ttl) override;
  std::unique_ptr<RunJournal> journal(const TakenJob& taken) override;
  std::unique_ptr<RecordedRun> recorded(const TakenJob& taken) override;
  billing::v1::Directive directive(const TakenJob& taken) override;
  bool renew(const TakenJob& taken, milliseconds ttl) override;
  void release(const TakenJob& taken) override;
  milliseconds later(const TakenJob& taken, const Error& why) override;
  void failed(const TakenJob& taken, const Error& why) override;
  void stopped(const TakenJob& taken) override;
  void waiting(const TakenJob& taken, const std::string& reason, milliseconds time) override;

 private:
  std::optional<TakenJob> try_take(pg::Tx& tx, const billing::v1::Migration& migration, milliseconds ttl);
  pg::Pool& pool_;
  const Manifests& manifests_;
  const std::string owner_;
  const bus::Options bus_;
};

}  // namespace q2o::connector
