#include "services/connector/tests/memory.h"

#include "services/connector/adapters/kafka_raw_log.h"
#include "services/connector/domain/budget.h"

namespace q2o::connector::testing {

Result<std::vector<bus::Position>> MemoryRawLog::publish(const std::vector<v1::RawMessage>& batch) {
  kill_.check();
  if (refuse) return fail(*std::exchange(refuse, std::nullopt));
  std::vector<bus::Position> positions;
  for (const auto& message : batch) {
    positions.push_back({0, static_cast<std::int64_t>(messages.size())});
    messages.push_back(message);
    ids.push_back(outgoing(message).id);
  }
  kill_.check();
  return positions;
}

Reading read(const std::vector<v1::RawMessage>& messages) {
  Reading out;
  for (const auto& message : messages) {
    out.gapless = out.gapless && message.sequence() <= out.last_sequence + 1;
    out.last_sequence = std::max(out.last_sequence, message.sequence());
    const std::string entity = message.has_batch()        ? message.batch().entity()
                               : message.has_entity_end() ? message.entity_end().entity()
                                                          : "";
    if (!entity.empty() && std::find(out.order.begin(), out.order.end(), entity) == out.order.end()) out.order.push_back(entity);
    for (const auto& record : message.batch().records()) out.bodies[entity][record.source_id()] = record.body();
    if (message.has_entity_end()) out.ends[entity] = message.entity_end();
    out.ended = out.ended || message.has_run_end();
  }
  return out;
}

std::set<ReportKey> MemoryJournal::reports() {
  std::set<ReportKey> keys;
  for (const auto& [key, body] : stored) keys.insert(key);
  return keys;
}

bool MemoryJournal::commit(const Commit& commit) {
  kill_.check();
  if (fenced) return false;
  saved = commit.state;
  if (commit.entity != nullptr) {
    for (const auto& id : commit.new_ids) sent[commit.entity->entity].insert(id);
    if (commit.entity->done) sent[commit.entity->entity].clear();
  }
  for (const auto& report : commit.reports) stored[{report.name, report.start_date, report.end_date}] = report.body;
  changes.insert(changes.end(), commit.changes.begin(), commit.changes.end());
  facts.insert(facts.end(), commit.facts.begin(), commit.facts.end());
  positions.insert(positions.end(), commit.positions.begin(), commit.positions.end());
  finished = finished || commit.finished;
  kill_.check();
  return true;
}

billing::v1::Directive MemoryJournal::directive() {
  if (pause_after_looks == 0) return billing::v1::DIRECTIVE_PAUSE;
  if (pause_after_looks > 0) --pause_after_looks;
  return now;
}

Status MemoryRecordedRun::read(const std::string& entity, const std::function<void(Row)>& each, std::stop_token stop) {
  if (lost) return fail(Code::data_loss, "the log does not hold it", "REPLAY_RANGE_LOST");
  for (const auto& message : messages_)
    if (message.batch().entity() == entity)
      for (const auto& record : message.batch().records()) {
        if (stop.stop_requested()) return fail(Code::cancelled, "stopped", "STOPPED");
        each({record.source_id(), record.body()});
      }
  return {};
}

std::optional<RenewalRight> MemoryConnections::begin_renewal(const std::string& connection_id) {
  std::lock_guard lock(mutex_);
  if (std::exchange(held_, true)) return std::nullopt;
  return RenewalRight{connection_id, ++fence_};
}

bool MemoryConnections::extend_renewal(const RenewalRight& right) {
  std::lock_guard lock(mutex_);
  return held_ && right.fence == fence_;
}

Tokens MemoryConnections::store_renewed(const RenewalRight& right, const Tokens& tokens) {
  std::lock_guard lock(mutex_);
  ++stores;
  if (fail_stores > 0 && fail_stores-- > 0) throw std::runtime_error("the database is away");
  if (stored.tokens.fence <= right.fence) stored.tokens = tokens;
  return stored.tokens;
}

void MemoryConnections::renewal_refused(const RenewalRight&, const Error& why) {
  broken("", why);
}

void MemoryConnections::end_renewal(const RenewalRight& right) {
  std::lock_guard lock(mutex_);
  if (right.fence == fence_) held_ = false;
}

Connection MemoryConnections::save(const NewConnection& wanted) {
  stored = {wanted.connection, wanted.credentials, wanted.tokens};
  stored.connection.id = "connection-1";
  stored.connection.state = "unverified";
  return stored.connection;
}

Connection MemoryConnections::save_verified(const NewConnection& wanted, const CompanyFacts& facts) {
  save(wanted);
  verified("", facts.name, facts.home_currency, facts.fiscal_year_first_month);
  return stored.connection;
}

Result<SignIn> MemoryConnections::begin_disconnect(const std::string& tenant, const std::string& connection_id) {
  if (!find(tenant, connection_id)) return fail(Code::not_found, "no such connection", "NOT_FOUND");
  if (stored.connection.state == "disconnected") return stored;
  stored.connection.state = "disconnecting";
  stored.tokens.fence = ++fence_;
  held_ = false;
  return stored;
}

void MemoryConnections::disconnected(const std::string&, const std::string& message) {
  if (stored.connection.state != "disconnecting") return;
  stored.connection.state = "disconnected";
  stored.connection.message = message;
  stored.tokens = {{}, {}, {}, 0, fence_};
}

std::optional<ConnectionStore::Leaving> MemoryConnections::next_leaving() {
  if (stored.connection.state != "disconnecting") return std::nullopt;
  return Leaving{stored, tried_for};
}

std::optional<Connection> MemoryConnections::find(const std::string& tenant, const std::string& id) {
  if (stored.connection.tenant != tenant || stored.connection.id != id) return std::nullopt;
  return stored.connection;
}

void MemoryConnections::verified(const std::string&, const std::string& name, const std::string& currency, unsigned) {
  stored.connection.state = "connected";
  stored.connection.company_name = name;
  stored.connection.home_currency = currency;
}

void MemoryConnections::broken(const std::string&, const Error& why) {
  stored.connection.state = "broken";
  stored.connection.message = why.message;
}

std::vector<milliseconds> MemoryBudget::reserve(const std::string&, const Budget& budget, int count) {
  ++reservations;
  GrantLog log(budget, granted);
  std::vector<milliseconds> delays;
  const auto at = now();
  for (const auto moment : log.grant(count, at, blocked_until_)) delays.push_back(moment - at);
  granted = log.moments();
  return delays;
}

void MemoryBudget::block(const std::string&, milliseconds time) {
  blocked_until_ = std::max(blocked_until_, now() + time);
}

}  // namespace q2o::connector::testing
