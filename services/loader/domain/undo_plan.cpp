#include "services/loader/domain/undo_plan.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace q2o::loader {

using Verdict = UndoLook::Verdict;

void UndoPlan::add(UndoLook look) {
  if (look.verdict == Verdict::gone) return;
  if (look.verdict == Verdict::keep || look.verdict == Verdict::reverse) open_.push_back(records_.size());
  at_.emplace(look.external_id, records_.size());
  records_.push_back(std::move(look));
}

void UndoPlan::keep(const std::string& external_id, const std::string& because) {
  const auto found = at_.find(external_id);
  if (found == at_.end()) return;
  auto& record = records_[found->second];
  if (record.verdict != Verdict::remove && record.verdict != Verdict::reverse) return;
  record.verdict = Verdict::keep;
  record.reason = "needed by " + because;
  unanswered_.push_back(external_id);
}

std::vector<std::string> UndoPlan::unanswered() {
  for (const auto at : std::exchange(open_, {})) {
    const auto name = records_[at].external_id;
    for (const auto& needed : std::exchange(records_[at].needs, {})) keep(needed, name);
  }
  return std::exchange(unanswered_, {});
}

void UndoPlan::needs_of(const std::string& external_id, std::vector<std::string> needs) {
  const auto found = at_.find(external_id);
  if (found == at_.end()) return;
  records_[found->second].needs = std::move(needs);
  open_.push_back(found->second);
}

bool taken_back_before(const std::string& model, std::int64_t id, const std::string& other_model, std::int64_t other_id) {
  // What holds money goes before the rest, kind by kind: Odoo does not let invoiced hours go before their invoice, and takes many of one
  // kind at the price of few. Plans last: Odoo asks a plan's accounts for what is gone with it, and logs that it is not there.
  constexpr std::array<std::string_view, 6> kFirst{"account.partial.reconcile",   "mail.message",    "ir.attachment",
                                                   "account.bank.statement.line", "account.payment", "account.move"};
  const auto rank = [&](const std::string& name) {
    return std::ranges::find(kFirst, name) - kFirst.begin() + (name == "account.analytic.plan" ? 1 : 0);
  };
  if (rank(model) != rank(other_model)) return rank(model) < rank(other_model);
  return id > other_id;
}

}  // namespace q2o::loader
