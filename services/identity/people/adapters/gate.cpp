#include "services/identity/people/adapters/gate.h"

#include <algorithm>

namespace q2o::identity::people {
namespace {

tl::unexpected<Error> too_many(std::chrono::milliseconds wait) {
  const auto seconds = (wait.count() + 999) / 1000;
  return fail(Error{Code::resource_exhausted, "too many attempts", Retry::after_backoff, Effect::none, "TOO_MANY_ATTEMPTS",
                    "Wait " + std::to_string(seconds) + " s. A forgotten password can be replaced by mail.", wait});
}

}  // namespace

Status Gate::enter(std::vector<Subject> subjects) {
  std::ranges::sort(subjects, {}, &Subject::name);  // one order of locks
  return pool_.transact([&](pg::Tx& tx) -> Status {
    const auto now = now_();
    std::chrono::milliseconds wait{0};
    std::vector<int> failures;
    for (const auto& [name, rule] : subjects) {
      tx.exec("insert into attempt (subject, failures, last_at, blocked_until) values ($1, 0, $2, $2) on conflict do nothing",
              {name, text_of(now)});
      const auto row = tx.one("select failures, " + millis("last_at", "last") + ", " + millis("blocked_until", "blocked") +
                                  " from attempt where subject = $1 for update",
                              {name});
      const bool old = from_millis(row.integer("last")) + rule.forgets_after < now;
      failures.push_back(old ? 1 : static_cast<int>(row.integer("failures")) + 1);
      wait = std::max(wait, std::chrono::duration_cast<std::chrono::milliseconds>(from_millis(row.integer("blocked")) - now));
    }
    if (wait.count() > 0) return too_many(wait);
    for (std::size_t i = 0; i < subjects.size(); ++i)
      tx.exec("update attempt set failures = $2, last_at = $3, blocked_until = $4 where subject = $1",
              {subjects[i].name, failures[i], text_of(now), text_of(now + subjects[i].rule.delay_after(failures[i]))});
    return {};
  });
}

void Gate::forgive(const std::string& subject) {
  pool_.transact([&](pg::Tx& tx) { tx.exec("delete from attempt where subject = $1", {subject}); });
}

void Gate::take_back(const Subject& subject) {
  pool_.transact([&](pg::Tx& tx) {
    const auto rows =
        tx.exec("select failures, " + millis("last_at", "last") + " from attempt where subject = $1 for update", {subject.name});
    if (rows.empty()) return;
    const auto failures = std::max(0, static_cast<int>(rows[0].integer("failures")) - 1);
    const auto blocked_until = from_millis(rows[0].integer("last")) + subject.rule.delay_after(failures);
    tx.exec("update attempt set failures = $2, blocked_until = $3 where subject = $1", {subject.name, failures, text_of(blocked_until)});
  });
}

std::size_t Gate::sweep() {
  return pool_.transact([&](pg::Tx& tx) {
    return tx.exec("delete from attempt where last_at < $1::timestamptz - interval '1 day'", {text_of(now_())}).affected();
  });
}

}  // namespace q2o::identity::people
