#include <fmt/format.h>

#include "services/validator/domain/checks.h"
#include "services/validator/domain/open_items.h"

/// What is still open of every document.
namespace q2o::validator {
namespace {

/// Transactions that the source settles together with one that is missing in the target or could not be settled there: what stays open of
/// them follows from that.
std::set<std::string> touched_by_missing(const SourceBooks& source, const Missing& missing) {
  std::map<std::string, std::set<std::string>> neighbours;
  std::vector<std::string> waiting;
  std::set<std::string> touched;
  for (const auto& link : source.allocations) {
    neighbours[link.payment].insert(link.settled);
    neighbours[link.settled].insert(link.payment);
  }
  for (const auto& transaction : source.ledger) {
    if (missing.unsettled(transaction.id)) waiting.push_back(transaction.id);
  }
  while (!waiting.empty()) {
    const auto id = std::move(waiting.back());
    waiting.pop_back();
    if (!touched.insert(id).second) continue;
    for (const auto& next : neighbours[id]) waiting.push_back(next);
  }
  return touched;
}

Decimal residual_of(const std::string& transaction, const ControlAccounts& accounts, const Bridge& bridge, bool in_currency) {
  Decimal sum;
  for (const auto move : bridge.moves(transaction)) {
    for (const auto* item : bridge.items(move)) {
      if (accounts.target.contains(item->account_id)) sum += in_currency ? item->residual_currency : item->residual;
    }
  }
  return sum;
}

Line line_of(const SourceBooks& source, const accounting::LedgerTransaction& transaction) {
  const auto entity = source.entity_of_transaction.find(transaction.id);
  const bool only_ledger = entity == source.entity_of_transaction.end();
  Line line;
  line.entity = only_ledger ? std::string(kLedgerTransaction) : entity->second;
  line.subject = only_ledger ? ledger_label(transaction) : source.label(entity->second, transaction.id);
  line.note = "what the source's payments leave open of it";
  return line;
}

using Unchecked = std::map<std::string_view, std::vector<std::string>>;  // why -> transactions

void tell(CheckBuilder& check, const Unchecked& unchecked, bool receivable) {
  constexpr std::size_t kNamed = 5;
  for (const auto& [why, all] : unchecked) {
    std::string names;
    for (std::size_t i = 0; i < all.size() && i < kNamed; ++i) names += (i == 0 ? "" : "; ") + all[i];
    if (all.size() > kNamed) names += fmt::format("; and {} more", all.size() - kNamed);
    check.not_checked(fmt::format("{} on {} accounts could not be checked: {} ({}).", counted(all.size(), "transaction", "transactions"),
                                  receivable ? "receivable" : "payable", why, names));
  }
}

}  // namespace

Check check_documents(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check(
      "documents", "Open amount of every document",
      "The source's own balance of each invoice, bill, credit and payment, and of every other transaction on a receivable or payable "
      "account what its payments leave open, against the residual of its items in Odoo, in the document's currency.");
  const ControlAccounts sides[]{{source, target, bridge, true}, {source, target, bridge, false}};
  const auto touched = touched_by_missing(source, missing);
  const auto compare = [&](Line line, const std::string& id, const Decimal& open, const Decimal& residual) {
    line.source_id = id;
    check.amount(std::move(line), open, residual, touched.contains(id) ? open - residual : Decimal());
  };
  std::set<std::string> told;  // by the document itself
  for (const auto& document : source.documents) {
    told.insert(document.id);
    const bool foreign = !document.currency.empty() && document.currency != source.home_currency;
    Line line;
    line.subject = document.label;
    line.entity = document.entity;
    line.currency = document.currency;
    compare(std::move(line), document.id, document.open, residual_of(document.id, sides[document.receivable ? 0 : 1], bridge, foreign));
  }
  for (const auto& side : sides) {
    const bool receivable = &side == &sides[0];
    const auto posted = posted_on(source, side);
    const auto open = open_by_links(source, posted, receivable);
    Unchecked unchecked;
    for (const auto& transaction : source.ledger) {
      const auto found = posted.find(transaction.id);
      if (told.contains(transaction.id) || found == posted.end()) continue;
      auto line = line_of(source, transaction);
      const auto& [amount, unclear] = open.at(transaction.id);
      if (!unclear.empty()) {
        unchecked[unclear].push_back(std::move(line.subject));
        continue;
      }
      line.currency = found->second.currency;
      compare(std::move(line), transaction.id, amount, residual_of(transaction.id, side, bridge, !found->second.currency.empty()));
    }
    tell(check, unchecked, receivable);
  }
  return check.finish();
}

}  // namespace q2o::validator
