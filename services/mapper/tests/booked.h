#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "services/mapper/tests/book.h"

namespace q2o::mapper::testing {

/// An amount in the company's currency and in its own.
struct Both {
  Decimal home, abroad;
  bool is_zero() const { return home.is_zero() && abroad.is_zero(); }
  Both operator-() const { return {-home, -abroad}; }
  Both& operator+=(const Both& other) {
    home += other.home;
    abroad += other.abroad;
    return *this;
  }
  std::string text() const { return fmt::format("{} ({} abroad)", home.to_string(2), abroad.to_string(2)); }
};

/// Per account; on receivables and payables per account and name: "84 of 9". The partner of other items is information only.
using Sums = std::map<std::string, Both>;
/// Per account and external id of the record that holds the items.
using Residuals = std::map<std::pair<std::string, std::string>, Both>;

/// An amount that has to be there.
inline Decimal amount_of(const json::Value& value) {
  return value.decimal().value();
}

/// What Odoo books of a run that was mapped to its end. The book has to live as long.
class Booked {
 public:
  explicit Booked(const Book& book) : book_(book) {
    for (const auto& record : book.all())
      for (const auto& target : record.outcome.targets)
        if (target.operation != "write") bodies_.emplace(target.external_id, json::Document::parse(target.values_json).value());
  }

  /// What is sent for records that are made and for matches, by external id.
  const std::map<std::string, json::Document, std::less<>>& bodies() const { return bodies_; }
  const json::Value& body(const Target& target) const { return bodies_.at(target.external_id).root(); }

  /// Account of an expression: the source's id, or the part of the company's account.
  static std::string account_of(const json::Value& expression) {
    const std::string id(expression["ref"].text());
    if (id.starts_with("qbo1_account_")) return id.substr(13);
    return id.empty() ? std::string("transfer") : id.substr(id.rfind('_') + 1);
  }
  /// An account that only stands between two records of ours: nothing may stay open there.
  static bool in_between(const std::string& account) { return account.starts_with("outstanding") || account == "transfer"; }
  std::string type_of(const std::string& account) const {
    const auto* found = book_.lookups().find("Account", account);
    return found == nullptr ? std::string() : std::string((*found)["AccountType"].text());
  }
  bool open_item(const std::string& account) const { return type_of(account).starts_with("Accounts "); }

  /// Every transaction of the ledger is booked with its postings, and nothing else is booked.
  void expect_nets_to(const std::vector<accounting::LedgerTransaction>& ledger) const {
    auto made = by_transaction();
    for (const auto& transaction : ledger) {
      const auto what = transaction.type + " " + transaction.id;
      auto wanted = sums_of(transaction);
      auto& sums = made[transaction.id];
      for (const auto& [account, sum] : wanted) EXPECT_EQ(sums[account].text(), sum.text()) << what << ", account " << account;
      for (const auto& [account, sum] : sums)
        EXPECT_TRUE(wanted.contains(account) || sum.is_zero()) << what << ": " << sum.text() << " too much on " << account;
      made.erase(transaction.id);
    }
    for (auto& [id, sums] : made) {
      drop_zeros(sums);
      EXPECT_TRUE(sums.empty()) << id << " is booked, but the ledger does not have it";
    }
  }

  /// What is left open of each record on each account, after all matches.
  Residuals residuals() const {
    Residuals open;
    for (const auto& record : book_.all())
      for (const auto& target : record.outcome.targets)
        if (target.operation == "match") {
          const auto& match = body(target);
          const Both amount{amount_of(match["amount"]), amount_of(match["amount_currency"])};
          open[{account_of(match["account"]), std::string(match["debit"].text())}] += -amount;
          open[{account_of(match["account"]), std::string(match["credit"].text())}] += amount;
        } else {
          Sums items;
          add(items, target);
          for (const auto& [account, sum] : items) open[{account.substr(0, account.find(' ')), target.external_id}] += sum;
        }
    return open;
  }

  /// What Odoo books of one target.
  void add_to(Sums& sums, const Target& target) const { add(sums, target); }

 private:
  static void drop_zeros(Sums& sums) {
    std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
  }
  std::string key(const std::string& account, std::string_view name) const {
    return open_item(account) ? account + " of " + std::string(name) : account;
  }
  static std::string_view name_of(const json::Value& partner) {
    const auto id = partner["ref"].text();
    return id.substr(id.rfind('_') == std::string_view::npos ? 0 : id.rfind('_') + 1);
  }
  /// The account of a sub type in the company's own currency.
  std::string own(std::string_view sub_type) const {
    std::string found;
    book_.lookups().each("Account", [&](std::string_view id, const json::Value& account) {
      const auto currency = account["CurrencyRef"]["value"].text();
      if (account["AccountSubType"].text() == sub_type && (currency.empty() || currency == book_.home_currency())) found = id;
    });
    return found;
  }

  void add_items(Sums& sums, const json::Value& values) const {
    for (const auto& item : values["line_ids"]["lines"].items()) {
      if (item["account_id"].is_null()) continue;  // sections and notes
      const auto& partner = item["partner_id"].is_null() ? values["partner_id"] : item["partner_id"];
      sums[key(account_of(item["account_id"]), name_of(partner))] += {amount_of(item["balance"]), amount_of(item["amount_currency"])};
    }
  }
  /// What Odoo books for a payment that is sent without its items: it is in home currency then.
  void add_payment(Sums& sums, const json::Value& values) const {
    if (values.has("line_ids")) return add_items(sums, values);
    const bool inbound = values["payment_type"].text() == "inbound", customer = values["partner_type"].text() == "customer";
    const bool undeposited = values["payment_method_line_id"]["ref"].text().find("undeposited") != std::string_view::npos;
    const Decimal amount = inbound ? amount_of(values["amount"]) : -amount_of(values["amount"]);
    const Both money{amount, amount};
    sums[undeposited ? own("UndepositedFunds") : inbound ? "outstandingreceipts" : "outstandingpayments"] += money;
    sums[key(own(customer ? "AccountsReceivable" : "AccountsPayable"), name_of(values["partner_id"]))] += -money;
  }
  void add(Sums& sums, const Target& target) const {
    if (target.operation != "create") return;
    const auto& values = body(target)["values"];
    if (values["state"].text() == "cancel") return;
    if (target.model == "account.payment") add_payment(sums, values);
    if (target.model == "account.move" || target.model == "account.bank.statement.line") add_items(sums, values);
  }

  Sums sums_of(const accounting::LedgerTransaction& transaction) const {
    Sums sums;
    for (const auto& posting : transaction.postings)
      sums[key(posting.account_id, posting.name_id)] += {posting.amount, posting.amount_currency.value_or(posting.amount)};
    drop_zeros(sums);
    return sums;
  }
  std::map<std::string, Sums> by_transaction() const {
    std::map<std::string, Sums> made;
    for (const auto& record : book_.all()) {
      EXPECT_FALSE(record.outcome.reject) << record.entity << " " << record.id << ": "
                                          << (record.outcome.reject ? record.outcome.reject->message : "");
      if (!record.outcome.posting) continue;
      for (const auto& target : record.outcome.targets) add(made[record.id], target);
    }
    return made;
  }

  const Book& book_;
  std::map<std::string, json::Document, std::less<>> bodies_;
};

}  // namespace q2o::mapper::testing
