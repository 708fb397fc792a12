#pragma once

#include <mutex>

#include "services/connector/app/job_queue.h"
#include "services/connector/app/run_context.h"

/// Stores in memory with the promises of the real ones, and a switch that "kills the process" at a chosen moment.
namespace q2o::connector::testing {

/// Thrown where the process would have died.
struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

/// Dies at the n-th moment it is asked about (from 1); 0 = never.
class KillSwitch {
 public:
  void arm(int moment) {
    moment_ = moment;
    passed_ = 0;
  }
  void check() {
    if (moment_ != 0 && ++passed_ == moment_) throw Killed();
  }
  bool went_off() const { return moment_ != 0 && passed_ >= moment_; }

 private:
  int moment_ = 0, passed_ = 0;
};

class MemoryRawLog : public RawLog {
 public:
  explicit MemoryRawLog(KillSwitch& kill) : kill_(kill) {}
  Result<std::vector<bus::Position>> publish(const std::vector<v1::RawMessage>& batch) override;
  std::vector<v1::RawMessage> messages;
  std::vector<std::string> ids;  ///< ce_id of each message
  std::optional<Error> refuse;

 private:
  KillSwitch& kill_;
};

/// What a mapper makes of the log: distinct message ids, distinct source ids.
struct Reading {
  std::map<std::string, std::map<std::string, std::string>> bodies;  ///< entity -> source id -> body
  std::map<std::string, v1::EntityEnd> ends;
  std::vector<std::string> order;  ///< entities in order of their first message
  bool ended = false;
  std::uint64_t last_sequence = 0;
  bool gapless = true;
};
Reading read(const std::vector<v1::RawMessage>& messages);

class MemoryJournal : public RunJournal {
 public:
  explicit MemoryJournal(KillSwitch& kill) : kill_(kill) {}
  RunState load() override { return saved; }
  std::set<std::string> ids(const std::string& entity) override { return sent[entity]; }
  std::set<ReportKey> reports() override;
  bool commit(const Commit& commit) override;
  billing::v1::Directive directive() override;
  std::uint64_t released() override {
    if (on_released) on_released();
    return released_sequence;
  }

  RunState saved;
  std::map<std::string, std::set<std::string>> sent;
  std::map<ReportKey, std::string> stored;
  std::vector<SourceChange> changes;
  std::vector<v1::StatusFact> facts;
  std::vector<bus::Position> positions;
  bool finished = false, fenced = false;
  billing::v1::Directive now = billing::v1::DIRECTIVE_GO;
  int pause_after_looks = -1;  ///< directive becomes PAUSE after so many looks
  std::uint64_t released_sequence = 0;
  std::function<void()> on_released;  ///< called when somebody looks whether the window moves

 private:
  KillSwitch& kill_;
};

/// What an earlier run left in the log.
class MemoryRecordedRun : public RecordedRun {
 public:
  explicit MemoryRecordedRun(std::vector<v1::RawMessage> messages) : messages_(std::move(messages)) {}
  Status read(const std::string& entity, const std::function<void(Row)>& each, std::stop_token stop) override;
  bool lost = false;  ///< the log's retention has passed

 private:
  const std::vector<v1::RawMessage> messages_;
};

class MemoryConnections : public ConnectionStore {
 public:
  Result<SignIn> open(const std::string&) override { return stored; }
  std::optional<RenewalRight> begin_renewal(const std::string& connection_id) override;
  bool extend_renewal(const RenewalRight& right) override;
  Tokens store_renewed(const RenewalRight& right, const Tokens& tokens) override;
  void renewal_refused(const RenewalRight& right, const Error& why) override;
  void end_renewal(const RenewalRight& right) override;
  Connection save(const NewConnection& wanted) override;
  Connection save_verified(const NewConnection& wanted, const CompanyFacts& facts) override;
  std::optional<Connection> find(const std::string& tenant, const std::string& id) override;
  std::vector<Connection> list(const std::string&, const std::string&, std::uint32_t) override { return {stored.connection}; }
  void verified(const std::string&, const std::string& name, const std::string& currency, unsigned) override;
  void reopen(const std::string&) override { stored.connection.state = "unverified"; }
  void broken(const std::string&, const Error& why) override;
  Result<SignIn> begin_disconnect(const std::string& tenant, const std::string& connection_id) override;
  void disconnected(const std::string& connection_id, const std::string& message) override;
  void disconnect_later(const std::string&, milliseconds) override {}
  std::optional<Leaving> next_leaving() override;
  bool lives_elsewhere(const Connection&) override { return elsewhere; }
  SignIn stored;
  bool elsewhere = false;     ///< another tenant has the same company
  milliseconds tried_for{0};  ///< how long the end of the consent has been tried
  int fail_stores = 0;        ///< the new tokens come from the server, and the database is away so often
  int stores = 0;             ///< how often somebody tried to store tokens

  bool held() const { return held_; }

 private:
  std::mutex mutex_;
  bool held_ = false;
  std::int64_t fence_ = 0;
};

class MemoryAttempts : public AttemptStore {
 public:
  explicit MemoryAttempts(Clock& clock) : clock_(clock) {}
  void begin(const std::string& tenant, const std::string& challenge, const std::string& redirect_uri, milliseconds lifetime) override {
    open[tenant + challenge] = {redirect_uri, clock_.now() + lifetime};
  }
  std::optional<std::string> take(const std::string& tenant, const std::string& challenge) override {
    const auto found = open.extract(tenant + challenge);
    if (found.empty() || found.mapped().second <= clock_.now()) return std::nullopt;
    return found.mapped().first;
  }
  std::map<std::string, std::pair<std::string, std::chrono::system_clock::time_point>> open;

 private:
  Clock& clock_;
};

class MemoryBudget : public BudgetStore {
 public:
  explicit MemoryBudget(Clock& clock) : clock_(clock) {}
  std::vector<milliseconds> reserve(const std::string&, const Budget& budget, int count) override;
  void block(const std::string&, milliseconds time) override;
  int slots(const std::string&, const std::string&, int most, int, milliseconds) override { return most; }
  std::vector<milliseconds> granted;
  int reservations = 0;

 private:
  milliseconds now() { return std::chrono::duration_cast<milliseconds>(clock_.now().time_since_epoch()); }
  Clock& clock_;
  milliseconds blocked_until_{0};
};

}  // namespace q2o::connector::testing
