#include <map>
#include <set>

#include <fmt/format.h>

#include "sandbox/checker/check.h"
#include "sandbox/reports/reports.h"

namespace q2o::sandbox::checker {
namespace {

using reports::Side;
using Sums = std::map<std::string, Decimal>;

/// One per currency.
std::set<std::string> control_accounts(const Company& company, Side side) {
  std::set<std::string> out;
  for (const auto& account : company.of("Account"))
    if (account["AccountType"].text() == (side == Side::receivable ? "Accounts Receivable" : "Accounts Payable"))
      out.insert(account["Id"].text());
  return out;
}

void expect(std::vector<std::string>& out, const std::string& what, const Decimal& is, const Decimal& should) {
  if (is != should) out.push_back(fmt::format("{} is {}, should be {}", what, is.to_string(2), should.to_string(2)));
}

void check_parties(const Company& company, Side side, std::vector<std::string>& out) {
  const bool receivable = side == Side::receivable;
  const auto controls = control_accounts(company, side);
  Sums ledger, ledger_home, open, open_home;
  for (const auto& transaction : company.ledger)
    for (const auto& line : transaction.lines) {
      if (!controls.contains(line.account_id)) continue;
      ledger[line.name_id] += receivable ? line.own_amount() : -line.own_amount();
      ledger_home[line.name_id] += receivable ? line.amount : -line.amount;
    }
  for (const auto& item : reports::open_items(company, side, "9999-12-31")) {
    open[item.party] += item.amount;
    open_home[item.party] += item.home;
  }
  for (const auto& party : company.of(receivable ? "Customer" : "Vendor")) {
    const auto name = fmt::format("{} {}", receivable ? "Customer" : "Vendor", party["Id"].text());
    expect(out, name + ": Balance", party["Balance"].decimal(), ledger[party["Id"].text()]);
    expect(out, name + ": sum of open documents", open[party["Id"].text()], ledger[party["Id"].text()]);
    expect(out, name + ": sum of open documents in home currency", open_home[party["Id"].text()], ledger_home[party["Id"].text()]);
  }
}

void check_documents(const Company& company, Side side, std::vector<std::string>& out) {
  const bool receivable = side == Side::receivable;
  Sums applied;
  for (const auto& payment : company.of(receivable ? "Payment" : "BillPayment"))
    for (const auto& line : payment["Line"].items())
      for (const auto& link : line["LinkedTxn"].items())
        applied[link["TxnType"].text() + " " + link["TxnId"].text()] += line["Amount"].decimal();
  for (const auto* entity : {receivable ? "Invoice" : "Bill", receivable ? "CreditMemo" : "VendorCredit"}) {
    for (const auto& document : company.of(entity)) {
      const auto name = std::string(entity) + " " + document["Id"].text();
      if (!document.has("Balance")) continue;
      expect(out, name + ": Balance", document["Balance"].decimal(),
             document["TotalAmt"].decimal() - document["Deposit"].decimal() - applied[name]);
    }
  }
}

/// In the account's own currency.
void check_accounts(const Company& company, std::vector<std::string>& out) {
  const reports::Books books(company);
  const auto home = company.home_currency();
  Sums sums, foreign;
  for (const auto& transaction : company.ledger)
    for (const auto& line : transaction.lines) {
      sums[line.account_id] += line.amount;
      foreign[line.account_id] += line.foreign;
    }
  for (const auto& account : company.of("Account")) {
    const auto& id = account["Id"].text();
    const auto& currency = account.at("CurrencyRef.value").text();
    const bool computed = books.is_profit_and_loss(id) || id == books.retained_earnings();
    const bool abroad = !currency.empty() && !home.empty() && currency != home;
    expect(out, "Account " + id + ": CurrentBalance", account["CurrentBalance"].decimal(),
           computed ? Decimal{} : (abroad ? foreign : sums)[id]);
  }
}

/// Adds the pieces of `item` that the lines move; bundles hold their lines one level deeper.
void count_lines(const Node& lines, const Node& item, const Decimal& sign, Decimal& count) {
  for (const auto& line : lines.items()) {
    for (const auto* block : {"SalesItemLineDetail", "ItemBasedExpenseLineDetail", "ItemAdjustmentLineDetail"}) {
      const auto& detail = line[block];
      if (detail.at("ItemRef.value").text() != item["Id"].text()) continue;
      const auto& quantity = detail.has("QtyDiff") ? detail["QtyDiff"] : detail["Qty"];
      count += sign * (quantity.is_null() ? Decimal(1) : quantity.decimal());
    }
    if (line.has("GroupLineDetail")) count_lines(line["GroupLineDetail"]["Line"], item, sign, count);
  }
}

void check_stock(const Company& company, std::vector<std::string>& out) {
  for (const auto& item : company.of("Item")) {
    if (item["Type"].text() != "Inventory") continue;
    Decimal count;
    for (const auto& [entity, sign] :
         {std::pair{"InventoryAdjustment", 1}, std::pair{"Bill", 1}, std::pair{"Purchase", 1}, std::pair{"VendorCredit", -1},
          std::pair{"Invoice", -1}, std::pair{"SalesReceipt", -1}, std::pair{"CreditMemo", 1}, std::pair{"RefundReceipt", 1}})
      for (const auto& object : company.of(entity))
        if (object["TxnDate"].text() >= item["InvStartDate"].text() && !object["PrivateNote"].text().starts_with("Voided"))
          count_lines(object["Line"], item, Decimal(sign), count);
    if (item["QtyOnHand"].decimal() != count)
      out.push_back(
          fmt::format("Item {}: QtyOnHand is {}, documents give {}", item["Id"].text(), item["QtyOnHand"].text(), count.to_string()));
  }
}

}  // namespace

void check_balances(const Company& company, std::vector<std::string>& out) {
  for (const auto side : {Side::receivable, Side::payable}) {
    check_parties(company, side, out);
    check_documents(company, side, out);
  }
  check_accounts(company, out);
  check_stock(company, out);
}

}  // namespace q2o::sandbox::checker
