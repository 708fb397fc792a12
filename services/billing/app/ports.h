#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/result/result.h"
#include "services/billing/app/aggregate.h"
#include "services/billing/domain/conservation.h"

namespace q2o::billing {

/// What billing asks its neighbours. Never called inside a database transaction. Thread-safe.
class Peers {
 public:
  struct Source {
    std::string slug, platform;
    bool verified = false;
    std::string message;
    unsigned fiscal_year_first_month = 0;  ///< 0: not known yet
  };
  struct Target {
    bool verified = false;
    std::string message;
  };
  virtual ~Peers() = default;
  /// Error not_found when the tenant has no such connection.
  virtual Result<Source> source(const std::string& tenant, const std::string& connection_id) = 0;
  virtual Result<Target> target(const std::string& tenant, const std::string& target_id) = 0;
  /// The stored version that `version` (or a beginning of it) names; empty: the platform's current one.
  virtual Result<std::string> mapping(const std::string& tenant, const std::string& platform, const std::string& version) = 0;
};

/// Run fact: the source was read to its end.
inline constexpr std::string_view kRunExtracted = "RUN_EXTRACTED";

/// The migrations of one database transaction.
class Migrations {
 public:
  virtual ~Migrations() = default;
  virtual void insert(Aggregate& migration) = 0;
  virtual std::optional<Aggregate> find(const std::string& tenant, const std::string& migration_id) = 0;
  /// As it stands, to answer a question: waits for nobody and keeps nobody waiting.
  virtual std::optional<v1::Migration> read(const std::string& tenant, const std::string& migration_id) = 0;
  /// At most `most` of those after `after` (an id; empty = from the first), by id.
  virtual std::vector<v1::Migration> list(const std::string& tenant, const std::string& after, std::uint32_t most) = 0;
  /// Unfinished ones that use the connection or target.
  virtual std::vector<Aggregate> using_connection(const std::string& tenant, const std::string& id) = 0;
  virtual std::vector<v1::Migration> in_states(const std::vector<State>& states, const std::string& after, std::uint32_t most) = 0;
  /// Writes state, run, events and outbox message together. Throws when somebody else has changed the migration since it was read.
  virtual void save(Aggregate& migration) = 0;
  /// At most `most` events after a version, oldest first.
  virtual std::vector<v1::Event> history(const std::string& migration_id, std::uint64_t after, std::uint32_t most) = 0;
  /// All runs, oldest first.
  virtual std::vector<v1::Run> runs(const std::string& migration_id) = 0;
  /// From here to the end of the transaction nobody else makes or starts a migration of the tenant, or purges it. Before any row is read.
  virtual void one_at_a_time(const std::string& tenant) = 0;
  /// Everything of the tenant is being destroyed.
  virtual bool purge_goes_on(const std::string& tenant) = 0;
  /// What a command with this key was answered; the next one with it waits until this transaction has ended.
  struct Answered {
    std::string request;    ///< fingerprint
    std::string migration;  ///< with whose rows it goes; may be empty
    std::string answer;
  };
  virtual std::optional<Answered> answered(const std::string& tenant, const std::string& idempotency_key) = 0;
  /// Again: the newer answer stays.
  virtual void remember(const std::string& tenant, const std::string& idempotency_key, const Answered& answered) = 0;

  virtual void count_extracted(const std::string& migration, std::uint32_t run, const std::string& entity, std::uint64_t n) = 0;
  virtual void count_mapped(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Mapped& n) = 0;
  virtual void count_loaded(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Loaded& n) = 0;
  virtual void set_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) = 0;
  virtual bool has_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) = 0;
  /// True when the fact has been known for a minute: what had to follow it should have come by now.
  virtual bool run_fact_is_old(const std::string& migration, std::uint32_t run, const std::string& fact) = 0;
  virtual std::map<std::string, StageCounts> counts(const std::string& migration, std::uint32_t run) = 0;
};

}  // namespace q2o::billing
