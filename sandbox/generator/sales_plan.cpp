#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/sale.h"

#include <fmt/format.h>

namespace q2o::sandbox::generator {
namespace {

constexpr int kInvoicesAMonth = 3;

const std::vector<std::string> kGoods{"Pump 1/2 HP",    "Drip Kit",        "Sprinkler Head", "Controller",
                                      "PVC Pipe 10 ft", "Live Oak 15 gal", "Mulch, yard"};
const std::vector<std::string> kServices{"Design", "Installation", "Maintenance", "Tree Work (subcontracted)"};

/// What ordinary sales leave on the shelf, so that the planned special ones always find their goods.
int reserve(const std::string& name) {
  return name == "Sprinkler Head" ? 20 : name == "Drip Kit" ? 10 : 3;
}

bool in_stock(Workshop& shop, const std::string& name, int quantity) {
  const auto id = shop.named("Item", name);
  return std::as_const(shop.get("Item", id))["Type"].text() != "Inventory" || shop.stock.on_hand(id) >= quantity + reserve(name);
}

std::vector<SaleLine> some_lines(Workshop& shop) {
  std::vector<SaleLine> out;
  const int count = shop.random.between(1, 4);
  std::map<std::string, int> taken;
  for (int i = 0; i < count; ++i) {
    const std::string class_id = shop.random.chance(60) ? std::to_string(shop.random.between(1, 3)) : "";
    const auto& name = shop.random.chance(55) ? shop.random.pick(kGoods) : shop.random.pick(kServices);
    const int quantity = shop.random.between(1, 6);
    const bool service = std::find(kServices.begin(), kServices.end(), name) != kServices.end();
    if (!service && !in_stock(shop, name, taken[name] + quantity)) continue;
    if (!service) taken[name] += quantity;
    // Services are sold by the quarter of an hour.
    const auto amount =
        service ? Decimal::divide(Decimal(shop.random.between(2, 30)), Decimal(4), 2, Rounding::half_up) : Decimal(quantity);
    out.push_back({name, amount, std::nullopt, "", class_id});
  }
  if (out.empty()) out.push_back({"Maintenance", Decimal(2), std::nullopt, "Weekly care", "1"});
  return out;
}

/// Customers who get ordinary invoices: the first twenty, jobs included.
std::string some_customer(Workshop& shop) {
  return std::to_string(shop.random.between(1, 22));
}

std::string tax_for(Workshop& shop, const std::string& customer) {
  if (!std::as_const(shop.get("Customer", customer))["Taxable"].truthy()) return "";
  return shop.random.chance(70) ? "2" : "1";
}

void pay_later(Workshop& shop, const std::string& invoice, const std::string& customer, const std::string& day) {
  if (shop.random.chance(20)) return;  // some never pay
  const auto when = date::plus_days(day, shop.random.between(4, 50));
  const bool half = shop.random.chance(12);
  const bool direct = shop.random.chance(35);
  shop.agenda.at(when, [&shop, invoice, customer, half, direct](const std::string& today) {
    auto open = open_balance(shop, "Invoice", invoice);
    if (open.sign() <= 0) return;
    if (half) open = cents(Decimal::divide(open, Decimal(2), 4, Rounding::half_up));
    PaymentPlan plan{today, customer, {{"Invoice", invoice, open}}};
    plan.method = std::to_string(shop.random.between(1, 4));
    if (plan.method == "2") plan.reference = std::to_string(shop.random.between(1000, 9999));
    if (direct) plan.money_account = "Checking";
    book_payment(shop, plan);
  });
}

void ordinary_invoice(Workshop& shop, const std::string& day) {
  const auto customer = some_customer(shop);
  Sale sale{.date = day, .customer = customer, .lines = some_lines(shop), .tax_code = tax_for(shop, customer)};
  sale.term = std::as_const(shop.get("Customer", customer)).at("SalesTermRef.value").text();
  if (sale.term == "6") sale.term = "3";
  sale.department = shop.random.chance(60) ? std::to_string(shop.random.between(1, 2)) : "";
  if (shop.random.chance(15)) sale.discount_percent = Decimal(shop.random.between(1, 3) * 5);
  if (shop.random.chance(15)) sale.shipping = Decimal(shop.random.between(9, 40));
  if (shop.random.chance(20)) sale.note = "Crew of " + std::to_string(shop.random.between(2, 5));
  pay_later(shop, book_sale(shop, sale), customer, day);
}

void cash_sale(Workshop& shop, const std::string& day) {
  const bool nobody = shop.random.chance(15);
  const std::string customer = nobody ? "" : shop.random.chance(60) ? "23" : some_customer(shop);
  Sale sale{.entity = "SalesReceipt", .date = day, .customer = customer, .lines = some_lines(shop), .tax_code = "2"};
  sale.money_account = shop.random.chance(70) ? kUndeposited : "Checking";
  sale.method = std::to_string(shop.random.between(1, 3));
  book_sale(shop, sale);
}

void estimate(Workshop& shop, const std::string& day) {
  const auto customer = some_customer(shop);
  const auto lines = some_lines(shop);
  const auto tax = tax_for(shop, customer);
  const auto id = book_sale(shop, {.entity = "Estimate", .date = day, .customer = customer, .lines = lines, .tax_code = tax});
  const int fate = shop.random.below(4);
  if (fate == 0) return;
  shop.agenda.at(date::plus_days(day, shop.random.between(5, 25)), [&shop, id, customer, lines, tax, fate](const std::string& today) {
    auto& object = shop.get("Estimate", id);
    if (fate == 1) {
      object.set("TxnStatus", "Rejected");
      shop.touch(object, today);
      return;
    }
    object.set("TxnStatus", "Accepted");
    for (const auto& line : lines)
      if (!line.item.empty() && !in_stock(shop, line.item, 4 * static_cast<int>(line.quantity.rounded(0, Rounding::down).unscaled())))
        return;
    pay_later(shop, book_sale(shop, {.date = today, .customer = customer, .lines = lines, .tax_code = tax, .term = "3", .estimate = id}),
              customer, today);
  });
}

}  // namespace

void plan_sales(Workshop& shop) {
  for (const auto& first : monthly(shop, 1)) {
    const auto some_day = [&] { return date::plus_days(first, shop.random.below(27)); };
    for (int i = 0; i < kInvoicesAMonth; ++i) shop.agenda.at(some_day(), [&shop](const std::string& day) { ordinary_invoice(shop, day); });
    shop.agenda.at(some_day(), [&shop](const std::string& day) { cash_sale(shop, day); });
    if (shop.random.chance(60)) shop.agenda.at(some_day(), [&shop](const std::string& day) { estimate(shop, day); });
  }
  for (const auto& day : monthly(shop, 20))
    shop.agenda.at(day, [&shop](const std::string& today) {
      const auto customer = shop.named("Customer", "Barton Hills HOA");
      const auto id = book_sale(shop, {.date = today,
                                       .customer = customer,
                                       .lines = {{"Maintenance Contract", Decimal(1), std::nullopt, "", "3"}},
                                       .term = "5",
                                       .department = "1"});
      shop.agenda.at(date::plus_days(today, 12), [&shop, id, customer](const std::string& later) {
        book_payment(shop, {later, customer, {{"Invoice", id, open_balance(shop, "Invoice", id)}}, Decimal(0), "Checking", "4"});
      });
    });
}

}  // namespace q2o::sandbox::generator
