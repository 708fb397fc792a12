#include "services/mapper/domain/builders/links.h"

#include <fmt/format.h>
#include <array>

namespace q2o::mapper::builders {
namespace {

/// Home value of taking `part` of an open item: all of it takes all of the home amount, so that both end at 0.00.
Decimal home_slice(const OpenItem& item, const Decimal& part) {
  if (part == item.open || item.open.is_zero()) return item.open_home;
  const Decimal rate = Decimal::divide(item.open_home, item.open, 10, Rounding::half_up);
  return item.open_home - ((item.open - part) * rate).rounded(2, Rounding::half_up);
}

Match pair(OpenItem& charge, OpenItem& settling, const std::string& external_id) {
  const Decimal part = std::min(charge.open, settling.open);
  const Decimal charge_home = home_slice(charge, part), settling_home = home_slice(settling, part);
  const Decimal home = std::min(charge_home, settling_home);
  charge.open -= part;
  charge.open_home -= charge_home;
  settling.open -= part;
  settling.open_home -= settling_home;
  const OpenItem& debit = charge.debit ? charge : settling;
  const OpenItem& credit = charge.debit ? settling : charge;
  Match result{external_id, debit.record, credit.record, charge.account, home, part, {}, {}};
  if (debit.several_partners) result.debit_partner = debit.partner;
  if (credit.several_partners) result.credit_partner = credit.partner;
  return result;
}

bool document(std::string_view entity) {
  static constexpr std::array<std::string_view, 4> kDocuments{"Invoice", "CreditMemo", "Bill", "VendorCredit"};
  return std::find(kDocuments.begin(), kDocuments.end(), entity) != kDocuments.end();
}

}  // namespace

std::vector<Link> line_links(const Scope& scope) {
  std::vector<Link> links;
  const auto rows = scope.at("Line").items();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& linked : rows[i]["LinkedTxn"].items()) {
      const std::string field = below("Line", i);
      const auto amount = Scope::amount_of(rows[i]["Amount"], {field, "Amount"});
      const std::string type(linked["TxnType"].text()), id(linked["TxnId"].text());
      if (type.empty() || id.empty())
        refuse(field + ".LinkedTxn", linked.raw(), "LINK_INCOMPLETE", "A link names no transaction",
               "Open and save the transaction in QuickBooks, then run again.");
      links.push_back({type, id, amount.value_or(Decimal{}), field});
      break;  // a line carries one amount: the first link is the one it settles
    }
  }
  return links;
}

std::string linked_entity(std::string_view type) {
  static const std::map<std::string_view, std::string_view> kEntities{{"Expense", "Purchase"},
                                                                      {"Check", "Purchase"},
                                                                      {"CashPurchase", "Purchase"},
                                                                      {"CreditCardCredit", "Purchase"},
                                                                      {"CreditCardExpense", "Purchase"},
                                                                      {"CreditCardCharge", "Purchase"},
                                                                      {"BillPaymentCheck", "BillPayment"},
                                                                      {"BillPaymentCreditCard", "BillPayment"},
                                                                      {"CreditCardPaymentTxn", "CreditCardPayment"}};
  static constexpr std::array<std::string_view, 16> kSame{
      "Invoice",  "CreditMemo", "SalesReceipt", "RefundReceipt", "Bill",     "VendorCredit",  "Payment",           "BillPayment",
      "Purchase", "Deposit",    "Transfer",     "JournalEntry",  "Estimate", "PurchaseOrder", "CreditCardPayment", "InventoryAdjustment"};
  const auto found = kEntities.find(type);
  if (found != kEntities.end()) return std::string(found->second);
  return std::find(kSame.begin(), kSame.end(), type) != kSame.end() ? std::string(type) : std::string("LedgerTransaction");
}

std::string holding_record(const Scope& scope, const std::string& type, const std::string& id, const std::string& account) {
  const std::string entity = linked_entity(type);
  const std::string base = scope.id(entity, id);
  const bool lines_only = scope.run.money_mode == MoneyMode::statement;
  const std::string paid = base + (lines_only && scope.has_statement(account) ? "_line" : "_pay");
  if (entity == "SalesReceipt" || entity == "RefundReceipt") return paid;
  if (document(entity)) return scope.is_open_item(account) ? base : paid;
  if (!lines_only && (entity == "Payment" || entity == "BillPayment")) return base;
  const auto* transaction = scope.ledger(id);
  if (transaction == nullptr) return base;
  Movement movement;
  movement.base = base;
  movement.items = ledger_items(scope, *transaction, {});
  const auto item = std::find_if(movement.items.begin(), movement.items.end(), [&](const Item& each) { return each.account == account; });
  return holding_record(scope, movement, static_cast<std::size_t>(item - movement.items.begin()));
}

std::vector<OpenItem> open_items(const Scope& scope, const std::string& record, const accounting::LedgerTransaction& transaction,
                                 bool receivable) {
  std::vector<OpenItem> found;
  for (const auto& item : ledger_items(scope, transaction, {})) {
    if (receivable ? !scope.is_receivable(item.account) : !scope.is_payable(item.account)) continue;
    auto same = std::find_if(found.begin(), found.end(),
                             [&](const OpenItem& other) { return other.account == item.account && other.partner == item.partner; });
    if (same == found.end())
      same = found.insert(found.end(), OpenItem{record, item.account, item.currency, item.partner, true, false, {}, {}});
    same->open += item.amount_currency;
    same->open_home += item.balance;
  }
  for (auto& item : found) {
    item.debit = item.open_home.sign() > 0;
    item.open = item.open.abs();
    item.open_home = item.open_home.abs();
    item.several_partners = found.size() > 1;
  }
  std::erase_if(found, [](const OpenItem& item) { return item.open_home.is_zero(); });
  return found;
}

std::vector<Target> allocate(const Scope& scope, const std::string& base, std::vector<OpenItem> charges, std::vector<OpenItem> credits,
                             std::vector<OpenItem> own) {
  std::vector<Target> matches;
  const auto settle_with = [&](OpenItem& charge, OpenItem& settling) {
    if (charge.open.is_zero() || settling.open.is_zero() || charge.account != settling.account || charge.debit == settling.debit) return;
    matches.push_back(match(scope, pair(charge, settling, fmt::format("{}_match{}", base, matches.size() + 1))));
  };
  for (auto& charge : charges) {
    for (auto& credit : credits) settle_with(charge, credit);
    // The item that the ledger booked for the charge's own partner comes first (a parent that pays for its jobs).
    for (auto& item : own) {
      if (item.partner == charge.partner) settle_with(charge, item);
    }
    for (auto& item : own) settle_with(charge, item);
  }
  return matches;
}

}  // namespace q2o::mapper::builders
