#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

bool may_be_replaced(std::string_view model) {
  return model == "account.move" || model == "account.payment" || model == "account.bank.statement.line" ||
         model == "account.partial.reconcile";
}

std::size_t matches_on(const Record& move) {
  std::set<Id> partials;
  for (const Record& line : move.many("line_ids"))
    for (const char* side : {"matched_debit_ids", "matched_credit_ids"})
      for (const Id id : line.ids(side)) partials.insert(id);
  return partials.size();
}

}  // namespace

/// Takes away what an earlier run booked for the same transaction of the source; the external ids of our matches that go with it. What a
/// person has settled with it stays as it is: then nothing is replaced.
std::vector<std::string> Batch::replace(const Row& row) {
  std::vector<std::string> lost;
  const Any* names = row.record->find("replaces");
  if (!names) return lost;
  for (const Any& one : names->list()) {
    const std::string name = one.text();
    const auto at = known_.find(name);
    if (at == known_.end()) continue;
    const Known replaced = at->second;
    if (!may_be_replaced(replaced.model)) refuse(name + " is " + replaced.model + ": it cannot be replaced");
    const SudoScope sudo(env_);
    const Record record = env_.record(replaced.model, replaced.id);
    if (record.exists() && replaced.model == "account.partial.reconcile") {
      env_.unlink(replaced.model, {replaced.id});
    } else if (record.exists()) {
      const Record move = replaced.model == "account.move" ? record : record.ref("move_id");
      const auto matches = matches_of(move);
      if (matches_on(move) > matches.size())
        throw user_error(
            fmt::format("{} was booked by an earlier run as {}, and somebody has matched that in Odoo. Undo the match there, "
                        "then run again",
                        row.external_id(), move.text("name")));
      lost.insert(lost.end(), matches.begin(), matches.end());
      if (replaced.model == "account.move" && move.text("state") != "draft") draft_moves(env_, {move.id()});
      env_.unlink(replaced.model, {replaced.id});
    }
    forget(name);
    gone_[name] = replaced;
  }
  return lost;
}

}  // namespace q2o::sandbox::odoo::action
