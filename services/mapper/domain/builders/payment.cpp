#include <fmt/format.h>

#include "services/mapper/domain/builders/families.h"
#include "services/mapper/domain/builders/links.h"
#include "services/mapper/domain/builders/notes.h"

namespace q2o::mapper::builders {
namespace {

struct PaymentFace {
  bool customer;
  std::string party_path, party_entity, number_path;
};

/// Bank, card or Undeposited Funds as the object says; empty when it says nothing.
std::string liquidity_of(const Scope& scope, bool customer) {
  for (const char* path : {"DepositToAccountRef.value", "CheckPayment.BankAccountRef.value", "CreditCardPayment.CCAccountRef.value"}) {
    const bool for_customer = std::string_view(path).starts_with("Deposit");
    if (for_customer == customer && !scope.text_at(path).empty()) return scope.text_at(path);
  }
  return {};
}

/// The object's account when the ledger posts on it, else the ledger's bank, else its Undeposited Funds, else its only other account.
std::string liquidity_account(const Scope& scope, bool customer, const std::vector<Item>& items) {
  const std::string said = liquidity_of(scope, customer);
  std::string bank, undeposited, other;
  for (const auto& item : items) {
    if (item.account == said) return said;
    if (scope.is_bank(item.account))
      bank = item.account;
    else if (scope.is_undeposited(item.account))
      undeposited = item.account;
    else if (!scope.is_open_item(item.account))
      other = item.account;
  }
  return !bank.empty() ? bank : !undeposited.empty() ? undeposited : other;
}

/// What a link settles, from the ledger of the linked transaction: the item of this payment's partner, else the only one.
std::optional<OpenItem> linked_item(const Scope& scope, const Link& link, bool receivable, const Party& partner) {
  const auto* transaction = scope.ledger(link.id);
  if (transaction == nullptr) {
    if (link.amount.is_zero()) return std::nullopt;
    refuse(link.field + ".LinkedTxn", fmt::format("{} {}", link.type, link.id), "REFERENCE_MISSING",
           fmt::format("{} {} is settled here, but the general ledger has no such transaction", link.type, link.id),
           "The records may have changed while they were extracted: run again.");
  }
  const auto items = open_items(scope, {}, *transaction, receivable);
  auto found = std::find_if(items.begin(), items.end(), [&](const OpenItem& item) { return item.partner == partner; });
  if (found == items.end()) found = items.begin();
  if (found == items.end()) return std::nullopt;
  OpenItem item = *found;
  item.record = holding_record(scope, link.type, link.id, item.account);
  const Decimal part = std::min(link.amount, item.open);
  if (part != item.open) {
    if (item.open.is_zero())
      refuse(link.field + ".Amount", link.amount.to_string(), "AMOUNT_MISMATCH",
             fmt::format("{} {} is settled by {} here, but the general ledger has 0.00 of it", link.type, link.id, link.amount.to_string()),
             "Open the payment in QuickBooks and correct what it is applied to.");
    item.open_home = (part * Decimal::divide(item.open_home, item.open, 10, Rounding::half_up)).rounded(2, Rounding::half_up);
    item.open = part;
  }
  return item;
}

/// The document's own exchange rate, which its builder remembered; of other transactions what the ledger shows.
Decimal rate_of(const Scope& scope, const Link& link, const OpenItem& whole) {
  const auto* known = scope.lookups.find("document_rate", fmt::format("{}/{}", linked_entity(link.type), link.id));
  if (known != nullptr) return Scope::amount_of((*known)["rate"], "document_rate").value_or(Decimal(1));
  return Decimal::divide(whole.open_home, whole.open, 10, Rounding::half_up);
}

/// A foreign document is closed to the cent at home too: what earlier payments took is remembered.
void take_residual(const Scope& scope, OpenItem& item, const Link& link, bool receivable, const Party& partner) {
  if (item.currency == scope.run.home_currency) return;
  const auto items = open_items(scope, {}, *scope.ledger(link.id), receivable);
  auto whole = std::find_if(items.begin(), items.end(), [&](const OpenItem& other) { return other.partner == partner; });
  if (whole == items.end()) whole = items.begin();
  if (whole == items.end() || whole->open.is_zero()) return;  // a revaluation: nothing is open in the currency
  Decimal open = whole->open, home = whole->open_home;
  const Decimal rate = rate_of(scope, link, *whole);
  const std::string key = fmt::format("{}/{}/{}", item.record, item.account, item.partner.id);
  if (const auto* known = scope.lookups.find("residual", key)) {
    open = Scope::amount_of((*known)["open"], "residual").value_or(open);
    home = Scope::amount_of((*known)["home"], "residual").value_or(home);
  }
  item.open = std::min(item.open, open);
  item.open_home = item.open == open ? home : home - ((open - item.open) * rate).rounded(2, Rounding::half_up);
  json::Writer rest;
  rest.begin_object().field("open", (open - item.open).to_string()).field("home", (home - item.open_home).to_string()).end_object();
  scope.lookups.put("residual", key, rest.take());
}

struct Allocation {
  std::vector<OpenItem> charges, credits;
};

Allocation read_links(const Scope& scope, bool customer, const Party& partner) {
  Allocation result;
  for (const auto& link : line_links(scope)) {
    auto item = linked_item(scope, link, customer, partner);
    if (!item) continue;
    take_residual(scope, *item, link, customer, partner);
    const std::string entity = linked_entity(link.type);
    // An invoice or bill holds one open item; journals, deposits and expenses may hold more.
    item->several_partners =
        item->several_partners || (entity != "Invoice" && entity != "CreditMemo" && entity != "Bill" && entity != "VendorCredit");
    (item->debit == customer ? result.charges : result.credits).push_back(std::move(*item));
  }
  return result;
}

/// Exactly the liquidity account against the partner's open account, in home currency: Odoo builds the same by itself.
bool plain(const Scope& scope, const std::vector<Item>& items, const std::string& liquidity, const Party& partner) {
  const auto sums = nets(scope, items);
  if (sums.size() != 2) return false;
  for (const auto& [key, sum] : sums) {
    const auto& [account_id, who, currency] = key;
    if (currency != scope.run.home_currency) return false;
    if (account_id != liquidity && who != partner.entity + "/" + partner.id) return false;
  }
  return true;
}

Settlement settlement_of(const Scope& scope, const PaymentFace& face, const Party& partner, const std::vector<Item>& items,
                         const std::string& liquidity) {
  Settlement result;
  result.payment = result.base = scope.own();
  result.customer = face.customer;
  result.partner = partner;
  result.date = scope.date_at("TxnDate");
  result.liquidity = liquidity;
  result.caption = payment_caption(scope, scope.text_at(face.number_path));
  result.deposit_key = fmt::format("{}/{}", scope.source.entity, scope.source.id);
  result.currency = scope.run.home_currency;
  Decimal home, in_currency;
  for (const auto& item : items) {
    if (item.account != liquidity) {
      result.counter_items.push_back(item);
      continue;
    }
    home += item.balance;
    in_currency += item.amount_currency;
    result.currency = item.currency;
  }
  result.inbound = home.sign() > 0;
  result.home_amount = home.abs();
  result.amount = in_currency.abs();
  result.exact = !plain(scope, items, liquidity, partner);
  return result;
}

void note_without_record(const Scope& scope, const Allocation& links, std::vector<Target>& targets) {
  const auto& holders = links.charges.empty() ? links.credits : links.charges;
  if (!targets.empty() && !holders.empty())
    add_note(scope, targets, holders.front().record,
             holders.front().record.ends_with("_line") ? "account.bank.statement.line" : "account.move");
}

/// Amount 0.00: there is no payment, only the matches between credits and charges.
Outcome only_matches(const Scope& scope, const Allocation& links) {
  Outcome outcome;
  outcome.targets = allocate(scope, scope.own(), links.charges, links.credits, {});
  note_without_record(scope, links, outcome.targets);
  if (outcome.targets.empty()) outcome.merged = "Amount 0.00 and nothing to settle: there is nothing to post";
  return outcome;
}

/// No money moves but the ledger has amounts (gain or loss between two open items): an entry that takes part in the matching.
Outcome entry_of_zero_payment(const Scope& scope, const Allocation& links, const accounting::LedgerTransaction& ledger,
                              const std::vector<Item>& items, const PaymentFace& face, const Party& partner) {
  Outcome outcome;
  outcome.targets =
      move_money(scope, {scope.own(), ledger.date, payment_caption(scope, scope.text_at(face.number_path)), partner, items, {}, "ledger"});
  for (auto& target : allocate(scope, scope.own(), links.charges, links.credits, open_items(scope, scope.own(), ledger, face.customer)))
    outcome.targets.push_back(std::move(target));
  add_note(scope, outcome.targets);
  outcome.posting = true;
  return outcome;
}

Outcome build_payment(const Scope& scope, const PaymentFace& face) {
  const Decimal amount = scope.amount_at("TotalAmt").value_or(Decimal{});
  const Party partner{face.party_entity, scope.text_at(face.party_path)};
  if (partner.id.empty())
    refuse(face.party_path, "", "REFERENCE_MISSING", "The payment names nobody",
           "Open the payment in QuickBooks and choose the customer or vendor.");
  scope.required(partner.entity, partner.id, face.party_path);
  const std::string date = scope.date_at("TxnDate");
  const auto* ledger = own_ledger(scope);
  const auto items = ledger == nullptr ? std::vector<Item>{} : ledger_items(scope, *ledger, date);
  if (items.empty() && !amount.is_zero()) refuse_missing_ledger(scope);
  const Allocation links = read_links(scope, face.customer, partner);
  if (items.empty()) return only_matches(scope, links);
  if (amount.is_zero()) return entry_of_zero_payment(scope, links, *ledger, items, face, partner);

  const std::string liquidity = liquidity_account(scope, face.customer, items);
  if (liquidity.empty()) return entry_of_zero_payment(scope, links, *ledger, items, face, partner);
  const Settlement settlement = settlement_of(scope, face, partner, items, liquidity);
  Outcome outcome;
  bool plain_entry = false;
  outcome.targets = settle(scope, settlement, plain_entry);
  if (plain_entry) {
    outcome.fallback = Fallback{"plain_entry", fmt::format("The money went to {}, which is neither a bank, a card nor Undeposited Funds: "
                                                           "Odoo has no payments on such an account, so it became an entry.",
                                                           scope.required("Account", liquidity, "AccountRef")["Name"].text())};
  }
  auto own = open_items(scope, settling_record(scope, settlement), *ledger, face.customer);
  // Odoo's own two-item payment books its partner on the open account, whatever name the ledger row bears.
  for (auto& target : allocate(scope, scope.own(), links.charges, links.credits, std::move(own)))
    outcome.targets.push_back(std::move(target));
  add_note(scope, outcome.targets);
  outcome.posting = true;
  return outcome;
}

}  // namespace

Outcome payment(const Scope& scope) {
  return build_payment(scope, {true, "CustomerRef.value", "Customer", "PaymentRefNum"});
}
Outcome bill_payment(const Scope& scope) {
  return build_payment(scope, {false, "VendorRef.value", "Vendor", "DocNumber"});
}

}  // namespace q2o::mapper::builders
