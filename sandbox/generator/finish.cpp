#include <map>
#include <set>

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

bool is_profit_and_loss(const Node& account) {
  return account["Classification"].text() == "Revenue" || account["Classification"].text() == "Expense";
}

void account_balances(Workshop& shop) {
  std::set<std::string> foreign;
  for (const auto& account : shop.company.of("Account"))
    if (account.at("CurrencyRef.value").text() != shop.profile.home) foreign.insert(account["Id"].text());
  std::map<std::string, Decimal> sums;
  for (const auto& transaction : shop.company.ledger)
    for (const auto& line : transaction.lines) sums[line.account_id] += foreign.contains(line.account_id) ? line.foreign : line.amount;
  auto& accounts = shop.company.entities.at("Account");
  for (auto& account : accounts) {
    const Node view = account;
    const auto balance = is_profit_and_loss(view) ? Decimal{} : sums[view["Id"].text()];
    account.set("CurrentBalance", balance);
  }
  // Children come after their parents, so that sums rise in one walk from the end.
  std::map<std::string, Decimal> with_children;
  for (auto account = accounts.rbegin(); account != accounts.rend(); ++account) {
    const Node view = *account;
    auto& total = with_children[view["Id"].text()];
    total += view["CurrentBalance"].decimal();
    account->set("CurrentBalanceWithSubAccounts", total);
    if (view.has("ParentRef")) with_children[view.at("ParentRef.value").text()] += total;
  }
}

/// In the currency of each name.
void party_balances(Workshop& shop, const char* entity, const char* control, int sign) {
  std::set<std::string> accounts{shop.account(control)};
  for (const auto& foreign : shop.profile.foreign) accounts.insert(shop.account(Workshop::control(control, foreign.code)));
  std::map<std::string, Decimal> sums;
  for (const auto& transaction : shop.company.ledger)
    for (const auto& line : transaction.lines)
      if (accounts.contains(line.account_id)) sums[line.name_id] += sign > 0 ? line.own_amount() : -line.own_amount();
  auto& list = shop.company.entities.at(entity);
  std::map<std::string, Decimal> with_jobs;
  for (auto party = list.rbegin(); party != list.rend(); ++party) {
    const Node view = *party;
    const auto& own = sums[view["Id"].text()];
    party->set("Balance", own);
    if (!view.has("BalanceWithJobs")) continue;
    auto& total = with_jobs[view["Id"].text()];
    total += own;
    party->set("BalanceWithJobs", total);
    if (view.has("ParentRef")) with_jobs[view.at("ParentRef.value").text()] += total;
  }
}

void quantities(Workshop& shop) {
  for (auto& item : shop.company.entities.at("Item")) {
    const Node view = item;
    if (view["Type"].text() != "Inventory") continue;
    item.set("QtyOnHand", shop.stock.on_hand(view["Id"].text()));
  }
}

/// Names that were retired after they had been used.
void retire(Workshop& shop, const char* entity, const std::string& id) {
  auto& object = shop.get(entity, id);
  const Node view = object;
  for (const auto* key : {"Name", "DisplayName", "FullyQualifiedName"})
    if (view.has(key) && !view[key].text().ends_with(" (deleted)")) object.set(key, view[key].text() + " (deleted)");
  object.set("Active", false);
  shop.touch(object, kLastDay);
}

}  // namespace

void finish(Workshop& shop) {
  account_balances(shop);
  party_balances(shop, "Customer", kReceivable, 1);
  party_balances(shop, "Vendor", kPayable, -1);
  quantities(shop);
  retire(shop, "Account", shop.account("Old Checking"));
  retire(shop, "Customer", shop.named("Customer", "Old Mill Inn"));
  retire(shop, "Vendor", shop.named("Vendor", "Cedar Park Fuel"));
  retire(shop, "Item", shop.named("Item", "Tree Work (subcontracted)"));
}

}  // namespace q2o::sandbox::generator
