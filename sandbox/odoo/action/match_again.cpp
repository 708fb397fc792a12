#include <fmt/format.h>

#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/rules/money.h"

// What a person has matched with a record that changes stays matched where the changed amounts allow it.
namespace q2o::sandbox::odoo::action {

namespace {

bool has_open(const Record& line, const Decimal& home, const Decimal& foreign) {
  return line.amount("amount_residual").abs() >= home && line.amount("amount_residual_currency").abs() >= foreign;
}

}  // namespace

Batch::MatchesByOthers Batch::matches_by_others(const Record& move) {
  std::set<Id> partials;
  for (const Record& line : move.many("line_ids"))
    for (const char* side : {"matched_debit_ids", "matched_credit_ids"})
      for (const Id id : line.ids(side)) partials.insert(id);
  MatchesByOthers out;
  for (const Id id : partials) {
    const Record partial = env_.record("account.partial.reconcile", id);
    const bool debit = partial.ref("debit_move_id").link("move_id") == move.id();
    const Record mine = partial.ref(debit ? "debit_move_id" : "credit_move_id"),
                 other = partial.ref(debit ? "credit_move_id" : "debit_move_id");
    const std::pair<Id, int> place{mine.link("account_id"), debit ? 1 : -1};
    if (is_ours("account.partial.reconcile", id))
      out.kept_for_ours[place] += partial.amount("amount");
    else if (other.link("move_id") != move.id())
      out.matches.push_back({place, other, partial.amount("amount"), partial.amount("debit_amount_currency"),
                             partial.amount("credit_amount_currency"), partial.link("exchange_move_id") != 0,
                             fmt::format("{} with {}", move.text("name"), other.ref("move_id").text("name"))});
  }
  return out;
}

void Batch::match_again(const Record& move, const MatchesByOthers& before) {
  // With all of its amount and beside our own matches, which come later; else it is told: only a person knows.
  const auto made = [&](const ByOther& one) {
    const int sign = one.place.second;
    if (move.text("state") != "posted" || one.exchange || !one.other.exists() || one.other.ref("move_id").text("state") != "posted")
      return false;
    Record found;
    Decimal left;
    for (const Record& line : move.many("line_ids")) {
      if (line.link("account_id") != one.place.first || line.amount("amount_residual").sign() != sign) continue;
      left += line.amount("amount_residual").abs();
      if (!found && has_open(line, one.amount, sign > 0 ? one.debit : one.credit)) found = line;
    }
    const auto kept = before.kept_for_ours.find(one.place);
    if (kept != before.kept_for_ours.end()) left -= kept->second;
    if (!found || left < one.amount || one.other.amount("amount_residual").sign() != -sign ||
        !has_open(one.other, one.amount, sign > 0 ? one.credit : one.debit))
      return false;
    Dict partial;
    partial["debit_move_id"] = Any(sign > 0 ? found.id() : one.other.id());
    partial["credit_move_id"] = Any(sign > 0 ? one.other.id() : found.id());
    partial["amount"] = Any(one.amount);
    partial["debit_amount_currency"] = Any(one.debit);
    partial["credit_amount_currency"] = Any(one.credit);
    List values;
    values.emplace_back(std::move(partial));
    env_.create("account.partial.reconcile", std::move(values));
    close_group(env_, found);
    return true;
  };
  for (const ByOther& one : before.matches)
    if (!made(one))
      settings_.push_back(
          {"match of " + one.name, one.amount.to_string(2) + " matched by hand", "not matched",
           "stays: the record has changed in the source and leaves no room for it; match again in Odoo what belongs together"});
}

}  // namespace q2o::sandbox::odoo::action
