#pragma once

#include <map>
#include <mutex>
#include <stop_token>

#include "common/pg/pg.h"
#include "q2o/billing/v1/purge.pb.h"
#include "q2o/identity/v1/content.grpc.pb.h"
#include "q2o/identity/v1/keys.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "services/billing/app/once.h"

namespace q2o::billing {

/// Ends a tenant's or a migration's content: rows in every service, then the keys, then once more the rows that were written meanwhile,
/// then billing's own, with tombstones for the compacted topic. Each step may be repeated, so an interrupted purge is taken up again.
class Purger {
 public:
  struct Options {
    std::map<std::string, std::string> services;  ///< name -> address of those that keep content; "loader" knows the targets' settings
    std::string identity;
    config::Secret token;
  };
  Purger(pg::Pool& pool, const Options& options);
  /// Error failed_precondition RUN_GOES_ON, SETTINGS_NOT_BACK (the loader still has to put a target's settings back), not_found;
  /// unavailable when a part did not answer: the rest follows by itself.
  Result<v1::Certificate> purge(const Caller& caller, const v1::PurgeRequest& request);
  std::vector<v1::Certificate> certificates(const std::string& tenant);
  void resume(std::stop_token stop);  ///< finishes open purges, until stop
  void finish_open();

 private:
  struct Job {
    std::string id, tenant, migration, actor, reason, started;
    std::vector<std::string> migrations, unanswered;
    std::map<std::string, std::uint64_t> rows;
    v1::Certificate certificate;  ///< when it is done
  };
  static Job job_of(const pg::Row& row);
  Result<Job> begin(const Caller& caller, const v1::PurgeRequest& request);
  /// Error while settings of targets are not back, where the purge would take the record of them.
  Status settings_are_back(const std::string& tenant, const std::string& migration);
  bool is_answered(const Caller& caller);
  bool is_open(const std::string& tenant, const std::string& migration);
  Result<v1::Certificate> finish(Job job);
  Status delete_everywhere(Job& job);
  Result<identity::v1::DestroyTenantKeysResponse> destroy_keys(const Job& job);
  void delete_own(pg::Tx& tx, Job& job);

  pg::Pool& pool_;
  const Options options_;
  std::map<std::string, std::unique_ptr<identity::v1::ContentService::Stub>> services_;
  std::unique_ptr<identity::v1::KeyService::Stub> keys_;
  std::unique_ptr<loader::v1::LoaderService::Stub> loader_;
  std::mutex one_at_a_time_;
};

}  // namespace q2o::billing
