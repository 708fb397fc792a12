#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/bus/bus.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "services/connector/domain/calendar.h"
#include "services/connector/domain/source_changes.h"

/// What is remembered of an extraction so that it can go on after any crash.
namespace q2o::connector {

struct Job {
  std::string tenant, migration, connection_id, slug, mapping_version;
  std::uint32_t run = 0;
  std::uint64_t version = 0;          ///< of the migration when the job was taken
  std::vector<std::string> entities;  ///< wanted documents; empty = all
  std::uint32_t base_run = 0;         ///< the run whose records hold where the source says nothing else; 0: everything is read
  bool dry_run = false;               ///< nobody loads it
  std::string since = {};             ///< the source's time when that run began to read it, less the overlap; empty: not known
};

struct EntityState {
  std::string entity;
  std::uint64_t counted_before = 0, counted_after = 0;
  std::uint64_t extracted = 0;  ///< distinct ids published
  std::uint64_t batches = 0;
  std::uint64_t position = 1;  ///< of the next row (or slice) to be read, from 1
  std::uint32_t pass = 1;
  bool counted = false, done = false;
  std::uint64_t unreadable = 0;  ///< rows that could not be published; each is in the explanation
  std::string explanation;
  v1::Absence absence = v1::ABSENCE_UNSPECIFIED;
  std::string reading = {};  ///< of a run that asks for changes: how this entity was read
};

struct RunState {
  std::uint64_t sequence = 0;            ///< of the last published message
  std::deque<std::uint64_t> unreleased;  ///< sequences of the published batches that the loader has not worked off: the window
  std::map<std::string, EntityState> entities;
  std::map<std::string, std::vector<std::string>> captures;
  std::optional<Period> span;  ///< first and last date of the ledger
  std::string source_time;     ///< the source's clock when the run began to read, in its own words; empty: it did not tell
};

struct StoredReport {
  std::string name, start_date, end_date, body;
};
using ReportKey = std::tuple<std::string, std::string, std::string>;

/// What became durable together: after the broker acknowledged `positions`.
struct Commit {
  const RunState& state;
  const EntityState* entity = nullptr;
  std::vector<std::string> new_ids;
  std::vector<bus::Position> positions;
  std::vector<v1::StatusFact> facts;
  std::vector<StoredReport> reports;
  std::uint64_t requests = 0;  ///< since the last commit
  bool finished = false;
  std::vector<SourceChange> changes = {};
};

/// The memory of one run, written only while its lease is held.
class RunJournal {
 public:
  virtual ~RunJournal() = default;
  virtual RunState load() = 0;
  virtual std::set<std::string> ids(const std::string& entity) = 0;
  virtual std::set<ReportKey> reports() = 0;
  /// False: somebody else holds the lease now; nothing was written.
  virtual bool commit(const Commit& commit) = 0;
  virtual billing::v1::Directive directive() = 0;
  /// Up to which message the loader has worked everything off.
  virtual std::uint64_t released() = 0;
};

}  // namespace q2o::connector
