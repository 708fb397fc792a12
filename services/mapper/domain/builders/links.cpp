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
  charge.rest_home += charge_home - home;
  settling.rest_home += settling_home - home;
  const OpenItem& debit = charge.debit ? charge : settling;
  const OpenItem& credit = charge.debit ? settling : charge;
  Match result{external_id, debit.record, credit.record, charge.account, home, part, {}, {}};
  if (debit.several_partners) result.debit_partner = debit.partner;
  if (credit.several_partners) result.credit_partner = credit.partner;
  return result;
}

std::string rest_key(const std::string& account, const Party& partner) {
  return fmt::format("{}/{}", account, partner.id);
}

/// What is left at home of items that are settled in their own currency waits for the revaluation that made it.
void remember_rest(const Scope& scope, const OpenItem& item) {
  if (item.rest_home.is_zero()) return;
  const std::string key = rest_key(item.account, item.partner);
  json::Writer out;
  out.begin_object().key("rests").begin_array();
  if (const auto* known = scope.lookups.find("home_rest", key)) {
    for (const auto& rest : (*known)["rests"].items()) out.value(rest);
  }
  out.begin_object().field("record", item.record).field("debit", item.debit).field("home", item.rest_home.to_string()).end_object();
  out.end_array().end_object();
  scope.lookups.put("home_rest", key, out.take());
}

/// What several rates leave at home on one side is what they leave on the other; the rest of that is remembered.
void settle_among(const Scope& scope, const std::string& base, std::initializer_list<std::vector<OpenItem>*> all,
                  std::vector<Target>& matches) {
  std::vector<OpenItem*> debits, credits;
  for (auto* items : all) {
    for (auto& item : *items) (item.debit ? debits : credits).push_back(&item);
  }
  for (auto* debit : debits) {
    for (auto* credit : credits) {
      const Decimal home = std::min(debit->rest_home, credit->rest_home);
      if (home.is_zero() || debit->account != credit->account) continue;
      Match rest{fmt::format("{}_match{}", base, matches.size() + 1), debit->record, credit->record, debit->account, home, {}, {}, {}};
      if (debit->several_partners) rest.debit_partner = debit->partner;
      if (credit->several_partners) rest.credit_partner = credit->partner;
      matches.push_back(match(scope, rest));
      debit->rest_home -= home;
      credit->rest_home -= home;
    }
  }
  for (const auto* items : all) {
    for (const auto& item : *items) remember_rest(scope, item);
  }
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
  // Gain or loss between a credit and a charge: an item of 0.00 abroad that has nothing but its home amount.
  for (auto& item : own) {
    if (item.open.is_zero()) item.rest_home = item.open_home;
  }
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
  settle_among(scope, base, {&charges, &credits, &own}, matches);
  return matches;
}

std::vector<Target> settle_rests(const Scope& scope, const Item& item, const std::string& record, std::size_t first) {
  std::vector<Target> matches;
  const std::string key = rest_key(item.account, item.partner);
  const auto* known = scope.lookups.find("home_rest", key);
  if (known == nullptr) return matches;
  const bool debit = item.balance.sign() > 0;
  Decimal open = item.balance.abs();
  json::Writer left;
  left.begin_object().key("rests").begin_array();
  for (const auto& rest : (*known)["rests"].items()) {
    const std::string other(rest["record"].text());
    Decimal home = Scope::amount_of(rest["home"], "home_rest").value_or(Decimal{});
    if (rest["debit"].truthy() != debit && !open.is_zero()) {
      const Decimal part = std::min(open, home);
      matches.push_back(match(scope, {fmt::format("{}_match{}", scope.own(), first + matches.size()), debit ? record : other,
                                      debit ? other : record, item.account, part, Decimal{}, item.partner, item.partner}));
      open -= part;
      home -= part;
    }
    if (home.is_zero()) continue;
    left.begin_object().field("record", other).field("debit", rest["debit"].truthy()).field("home", home.to_string()).end_object();
  }
  left.end_array().end_object();
  scope.lookups.put("home_rest", key, left.take());
  return matches;
}

}  // namespace q2o::mapper::builders
