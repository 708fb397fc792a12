#include <fmt/format.h>

#include "services/validator/domain/checks.h"

namespace q2o::validator {
namespace {

struct Subject {
  std::string label, entity;
};

Subject subject_of(const SourceBooks& source, const accounting::LedgerTransaction& transaction) {
  const auto found = source.entity_of_transaction.find(transaction.id);
  if (found != source.entity_of_transaction.end()) return {source.label(found->second, transaction.id), found->second};
  return {ledger_label(transaction), std::string(kLedgerTransaction)};
}

std::string name_of(const TargetBooks& target, std::int64_t account) {
  const auto found = target.accounts.find(account);
  return found == target.accounts.end() ? fmt::format("Odoo account {}", account) : found->second.code + " " + found->second.name;
}

Line line_of(const Subject& subject, const accounting::LedgerTransaction& transaction, const std::string& account) {
  Line line;
  line.subject = subject.label + " · " + account;
  line.period = transaction.date;
  line.entity = subject.entity;
  line.source_id = transaction.id;
  return line;
}

void compare_dates(CheckBuilder& check, const Subject& subject, const accounting::LedgerTransaction& transaction, const TargetBooks& target,
                   const std::vector<std::int64_t>& moves) {
  for (const auto move : moves) {
    const auto found = target.move(move);
    if (!found || found->date == transaction.date || found->state != "posted") continue;
    auto line = line_of(subject, transaction, "date of " + found->name);
    line.source = transaction.date;
    line.target = found->date;
    line.note = "Odoo moves the date to the first open day when a lock date is set.";
    check.fact(std::move(line), false);
  }
}

}  // namespace

Check check_transactions(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                         Causes& causes) {
  CheckBuilder check("transactions", "Postings of every transaction",
                     "Per transaction and account: the netted postings of the source's general ledger against the netted journal items of "
                     "everything in Odoo whose external id belongs to the transaction; dates too.");
  if (source.unreadable.contains("GeneralLedger")) check.not_checked("General ledger: " + source.unreadable.at("GeneralLedger"));
  for (const auto& transaction : source.transactions()) {
    const auto subject = subject_of(source, transaction);
    std::map<std::string, Decimal> expected;
    for (const auto& posting : transaction.postings) expected[posting.account_id] += posting.amount;
    std::map<std::int64_t, Decimal> found;
    const auto moves = bridge.moves(transaction.id);
    for (const auto move : moves) {
      for (const auto& item : bridge.items(move)) found[item.account_id] += item.balance;
    }
    for (const auto& [account, amount] : expected) {
      const auto counterpart = bridge.account(account);
      const auto node = counterpart == 0 ? decltype(found)::node_type() : found.extract(counterpart);
      const auto target_amount = node.empty() ? Decimal() : node.mapped();
      auto line = line_of(subject, transaction, source.account_name(account));
      if (amount != target_amount) {
        if (moves.empty())
          line.note = "nothing of it is in Odoo";
        else if (counterpart == 0)
          line.note = "the account has no counterpart in Odoo";
        causes.add(account, transaction.date, subject.label, amount - target_amount);
      }
      check.amount(std::move(line), amount, target_amount, missing.transaction(transaction.id) ? amount : Decimal());
    }
    for (const auto& [account, amount] : found) {
      if (amount.is_zero()) continue;  // an outstanding account turns over and nets to zero within the transaction
      auto line = line_of(subject, transaction, name_of(target, account));
      line.note = "posted in Odoo only";
      if (const auto* known = bridge.source_account(account)) causes.add(known->id, transaction.date, subject.label, -amount);
      check.amount(std::move(line), Decimal(), amount);
    }
    compare_dates(check, subject, transaction, target, moves);
  }
  return check.finish();
}

namespace {

using ByParty = std::map<std::string, Decimal>;

/// Outside of receivables and payables the source names a party on some rows only, Odoo on all: there only named rows are compared.
bool comparable(const SourceAccount& account, const ByParty& expected) {
  return account.is_receivable() || account.is_payable() || !expected.contains("");
}

}  // namespace

Check check_transaction_parties(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check("transaction_parties", "Customers and vendors of every posting",
                     "Per transaction, account and party: the name on the source's ledger row against the partner of the journal items.");
  for (const auto& transaction : source.transactions()) {
    const auto moves = bridge.moves(transaction.id);
    if (moves.empty()) continue;  // told by the section above
    const auto subject = subject_of(source, transaction);
    std::map<std::string, ByParty> expected, found;
    for (const auto& posting : transaction.postings) {
      const auto known = bridge.partner(posting.name_id) != 0;
      expected[posting.account_id][known ? posting.name_id : std::string()] += posting.amount;
    }
    for (const auto move : moves) {
      for (const auto& item : bridge.items(move)) {
        const auto* account = bridge.source_account(item.account_id);
        if (account != nullptr) found[account->id][bridge.party(item.partner_id)] += item.balance;
      }
    }
    for (const auto& [account_id, parties] : expected) {
      const auto account = source.accounts.find(account_id);
      if (account == source.accounts.end() || !comparable(account->second, parties)) continue;
      auto& there = found[account_id];
      for (const auto& [party, amount] : parties) {
        const auto node = there.extract(party);
        check.amount(line_of(subject, transaction, account->second.name + " · " + source.party_name(party)), amount,
                     node.empty() ? Decimal() : node.mapped(), missing.transaction(transaction.id) ? amount : Decimal());
      }
      for (const auto& [party, amount] : there) {
        if (!amount.is_zero()) {
          check.amount(line_of(subject, transaction, account->second.name + " · " + source.party_name(party)), Decimal(), amount);
        }
      }
    }
  }
  static_cast<void>(target);
  return check.finish();
}

}  // namespace q2o::validator
