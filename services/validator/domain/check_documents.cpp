#include <fmt/format.h>

#include "services/validator/domain/checks.h"
#include "services/validator/domain/open_items.h"

/// What is still open of every document.
namespace q2o::validator {
namespace {

Decimal residual_of(const std::string& transaction, const ControlAccounts& accounts, const Bridge& bridge, bool in_currency) {
  Decimal sum;
  for (const auto move : bridge.moves(transaction)) {
    for (const auto& item : bridge.items(move)) {
      if (accounts.target.contains(item.account_id)) sum += in_currency ? item.residual_currency : item.residual;
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
  const OpenItems sides[]{{source, target, bridge, missing, true}, {source, target, bridge, missing, false}};
  const auto compare = [&](Line line, const std::string& id, const Decimal& open, const OpenItems& side) {
    line.source_id = id;
    const bool foreign = !line.currency.empty() && line.currency != source.home_currency;
    const auto residual = residual_of(id, side.accounts, bridge, foreign);
    const auto known = side.explained.find(id);
    const auto explained = known == side.explained.end() ? Explained{} : known->second;
    if (!explained.exact && open != residual) line.note = kNotExplained;
    check.amount(std::move(line), open, residual, explained.exact ? explained.amount : Decimal());
  };
  std::set<std::string> told;  // by the document itself
  for (const auto& document : source.all_documents()) {
    told.insert(document.id);
    Line line;
    line.subject = document.label;
    line.entity = document.entity;
    line.currency = document.currency;
    compare(std::move(line), document.id, document.open, sides[document.receivable ? 0 : 1]);
  }
  for (const auto& side : sides) {
    Unchecked unchecked;
    for (const auto& transaction : source.transactions()) {
      const auto found = side.posted.find(transaction.id);
      if (told.contains(transaction.id) || found == side.posted.end()) continue;
      auto line = line_of(source, transaction);
      const auto& [amount, unclear] = side.open.at(transaction.id);
      if (!unclear.empty()) {
        unchecked[unclear].push_back(std::move(line.subject));
        continue;
      }
      line.currency = found->second.currency;
      compare(std::move(line), transaction.id, amount, side);
    }
    tell(check, unchecked, &side == &sides[0]);
  }
  return check.finish();
}

}  // namespace q2o::validator
