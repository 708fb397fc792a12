#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/crowd.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/journal.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/purchase.h"
#include "sandbox/generator/sale.h"

/// The plain business of the larger companies: many invoices, one payment for several of them, bills that are paid together.
namespace q2o::sandbox::generator {
namespace {

/// What a contact owes or is owed, until the payment that is already in the calendar.
using Open = std::map<std::string, std::vector<std::string>>;

class Volume {
 public:
  explicit Volume(Workshop& shop) : shop_(shop), months_(monthly(shop, 1)) {}
  /// Puts `count` pieces of work on random days, the same number in every month; `work` gets the day and the month's position.
  template <class Work>
  void spread(int count, const Work& work);
  void invoice(const std::string& day, int month);
  void receipt(const std::string& day, int month);
  void credit(const std::string& day, int month);
  void estimate(const std::string& day, int month);
  void bill(const std::string& day, int month);
  void expense(const std::string& day);
  void journal(const std::string& day);
  void restock(const std::string& day);

 private:
  /// Contacts come and go: each buys for about half a year.
  int contact(int month, int count);
  std::vector<SaleLine> lines(bool with_stock);
  std::string tax_of(const std::string& customer);
  void pay_invoices(const std::string& customer, const std::string& day);
  void pay_bills(const std::string& vendor, const std::string& day);
  CostLine cost();

  Workshop& shop_;
  std::vector<std::string> months_;
  Open invoices_, bills_;
};

template <class Work>
void Volume::spread(int count, const Work& work) {
  const int months = static_cast<int>(months_.size());
  for (int month = 0; month < months; ++month) {
    const int here = count * (month + 1) / months - count * month / months;
    for (int i = 0; i < here; ++i) {
      const auto day = date::plus_days(months_[static_cast<std::size_t>(month)], shop_.random.below(27));
      shop_.agenda.at(day, [work, month](const std::string& today) { work(today, month); });
    }
  }
}

int Volume::contact(int month, int count) {
  const int months = static_cast<int>(months_.size());
  const int window = std::max(8, count * 6 / (months + 6));
  return std::min(count - 1, (count - window) * month / std::max(1, months - 1) + shop_.random.below(window));
}

std::vector<SaleLine> Volume::lines(bool with_stock) {
  std::vector<SaleLine> out;
  const int count = shop_.random.between(1, 4);
  for (int i = 0; i < count; ++i) {
    const auto id = crowd::item(shop_.random.below(shop_.size.items));
    const auto& item = std::as_const(shop_.get("Item", id));
    const int quantity = shop_.random.between(1, 9);
    if (item["Type"].text() == "Inventory" && (!with_stock || shop_.stock.on_hand(id) < 40)) continue;
    out.push_back({.item = item["Name"].text(), .quantity = Decimal(quantity)});
    if (shop_.random.chance(10)) out.back().price = item["UnitPrice"].decimal() - Decimal::of("0.55");
    if (shop_.random.chance(50)) out.back().class_id = std::to_string(shop_.random.between(1, 3));
  }
  if (out.empty()) out.push_back({.item = std::as_const(shop_.get("Item", crowd::item(0)))["Name"].text(), .quantity = Decimal(2)});
  return out;
}

std::string Volume::tax_of(const std::string& customer) {
  if (!std::as_const(shop_.get("Customer", customer))["Taxable"].truthy()) return "";
  return shop_.random.chance(70) ? "2" : "1";
}

void Volume::invoice(const std::string& day, int month) {
  const auto customer = crowd::customer(contact(month, shop_.size.customers));
  Sale sale{.date = day, .customer = customer, .lines = lines(true), .tax_code = tax_of(customer)};
  sale.term = std::as_const(shop_.get("Customer", customer)).at("SalesTermRef.value").text();
  if (shop_.random.chance(40)) sale.department = std::to_string(shop_.random.between(1, 3));
  if (shop_.random.chance(8)) sale.discount_percent = Decimal(shop_.random.between(1, 4) * 5);
  if (shop_.random.chance(8)) sale.shipping = Decimal(shop_.random.between(5, 30));
  auto& open = invoices_[customer];
  open.push_back(book_sale(shop_, sale));
  if (open.size() > 1) return;
  shop_.agenda.at(date::plus_days(day, shop_.random.between(75, 230)),
                  [this, customer](const std::string& today) { pay_invoices(customer, today); });
}

void Volume::pay_invoices(const std::string& customer, const std::string& day) {
  auto open = std::move(invoices_[customer]);
  invoices_[customer].clear();
  PaymentPlan plan{.date = day, .customer = customer, .applied = {}};
  for (const auto& id : open)
    if (const auto owed = open_balance(shop_, "Invoice", id); owed.sign() > 0) plan.applied.push_back({"Invoice", id, owed});
  if (plan.applied.empty() || shop_.random.chance(4)) return;  // some never pay
  auto& last = plan.applied.back();
  if (shop_.random.chance(7)) last.amount = cents(Decimal::divide(last.amount, Decimal(2), 4, Rounding::half_up));
  if (last.amount.is_zero()) return;
  if (shop_.random.chance(3)) plan.unapplied = Decimal(shop_.random.between(5, 50));
  plan.method = std::to_string(shop_.random.between(1, 4));
  if (plan.method == "2") plan.reference = std::to_string(shop_.random.between(1000, 9999));
  if (shop_.random.chance(45)) plan.money_account = "Checking";
  book_payment(shop_, plan);
}

void Volume::receipt(const std::string& day, int month) {
  const auto customer = shop_.random.chance(30) ? std::string() : crowd::customer(contact(month, shop_.size.customers));
  book_sale(shop_, {.entity = "SalesReceipt",
                    .date = day,
                    .customer = customer,
                    .lines = lines(true),
                    .tax_code = "2",
                    .money_account = shop_.random.chance(60) ? kUndeposited : "Checking",
                    .method = std::to_string(shop_.random.between(1, 3))});
}

void Volume::credit(const std::string& day, int month) {
  const auto customer = crowd::customer(contact(month, shop_.size.customers));
  book_sale(shop_, {.entity = "CreditMemo", .date = day, .customer = customer, .lines = lines(false), .tax_code = tax_of(customer)});
}

void Volume::estimate(const std::string& day, int month) {
  const auto customer = crowd::customer(contact(month, shop_.size.customers));
  book_sale(shop_, {.entity = "Estimate", .date = day, .customer = customer, .lines = lines(false), .tax_code = tax_of(customer)});
}

CostLine Volume::cost() {
  CostLine line{.account = crowd::account(shop_, "Expense", shop_.random.below(1000)),
                .amount = Decimal::of_unscaled(shop_.random.between(900, 120'000), 2)};
  if (shop_.random.chance(60)) line.memo = fmt::format("Order {}", shop_.random.between(1000, 9999));
  if (shop_.random.chance(30)) line.class_id = "2";
  return line;
}

void Volume::bill(const std::string& day, int month) {
  const auto vendor = crowd::vendor(contact(month, shop_.size.vendors));
  VendorForm form{
      .date = day, .vendor = vendor, .lines = {cost()}, .number = fmt::format("R{}", shop_.random.between(10'000, 99'999)), .term = "3"};
  if (shop_.random.chance(45)) form.lines.push_back(cost());
  auto& open = bills_[vendor];
  open.push_back(book_vendor_form(shop_, form));
  if (open.size() > 1) return;
  shop_.agenda.at(date::plus_days(day, shop_.random.between(25, 80)),
                  [this, vendor](const std::string& today) { pay_bills(vendor, today); });
}

void Volume::pay_bills(const std::string& vendor, const std::string& day) {
  const auto open = std::move(bills_[vendor]);
  bills_[vendor].clear();
  BillPaymentPlan plan{.date = day, .vendor = vendor, .applied = {}};
  for (const auto& id : open)
    if (const auto owed = open_balance(shop_, "Bill", id); owed.sign() > 0) plan.applied.push_back({"Bill", id, owed});
  if (plan.applied.empty()) return;
  plan.by_card = shop_.random.chance(15);
  if (plan.by_card) plan.money_account = "Visa";
  book_bill_payment(shop_, plan);
}

void Volume::expense(const std::string& day) {
  const bool card = shop_.random.chance(50);
  const auto vendor = crowd::vendor(shop_.random.below(shop_.size.vendors));
  book_spending(shop_, {.date = day,
                        .money_account = card ? "Visa" : "Checking",
                        .payment_type = card ? "CreditCard" : "Cash",
                        .wording = card ? "Credit Card Expense" : "Expense",
                        .payee = shop_.party("Vendor", vendor),
                        .lines = {cost()}});
}

void Volume::journal(const std::string& day) {
  const auto amount = Decimal(shop_.random.between(20, 900));
  book_journal(shop_, day, fmt::format("ALLOC-{}", day.substr(0, 7)),
               {{crowd::account(shop_, "Expense", shop_.random.below(1000)), amount, "Allocation"},
                {crowd::account(shop_, "Expense", 7), -amount, "Allocation"}},
               true);
}

/// Every month the shelf is filled up; what was bought is paid like any other bill.
void Volume::restock(const std::string& day) {
  const auto vendor = crowd::vendor(0);
  VendorForm form{.date = day, .vendor = vendor, .lines = {}, .number = "STOCK-" + day.substr(0, 7), .term = "3"};
  for (int i = 0; i < shop_.size.items; ++i) {
    const auto id = crowd::item(i);
    const auto& item = std::as_const(shop_.get("Item", id));
    const int missing = 160 - shop_.stock.on_hand(id);
    if (item["Type"].text() != "Inventory" || missing < 60) continue;
    const auto cost = item["PurchaseCost"].decimal() + Decimal::of_unscaled(shop_.random.below(60), 2);
    form.lines.push_back({.item = item["Name"].text(), .quantity = missing, .cost = cost, .memo = "Stock"});
  }
  if (form.lines.empty()) return;
  const auto id = book_vendor_form(shop_, form);
  shop_.agenda.at(date::plus_days(day, 28), [this, id, vendor](const std::string& today) {
    book_bill_payment(shop_, {today, vendor, {{"Bill", id, open_balance(shop_, "Bill", id)}}});
  });
}

}  // namespace

void plan_volume(Workshop& shop) {
  if (shop.size.invoices == 0) return;
  const auto volume = std::make_shared<Volume>(shop);
  shop.agenda.at("9999-12-31", [volume](const std::string&) {});  // never comes: keeps it as long as the calendar
  for (const auto& day : monthly(shop, 1)) shop.agenda.at(day, [volume](const std::string& today) { volume->restock(today); });
  volume->spread(shop.size.invoices, [volume](const std::string& day, int month) { volume->invoice(day, month); });
  volume->spread(shop.size.receipts, [volume](const std::string& day, int month) { volume->receipt(day, month); });
  volume->spread(shop.size.credits, [volume](const std::string& day, int month) { volume->credit(day, month); });
  volume->spread(shop.size.estimates, [volume](const std::string& day, int month) { volume->estimate(day, month); });
  volume->spread(shop.size.bills, [volume](const std::string& day, int month) { volume->bill(day, month); });
  volume->spread(shop.size.expenses, [volume](const std::string& day, int) { volume->expense(day); });
  volume->spread(shop.size.journals, [volume](const std::string& day, int) { volume->journal(day); });
}

}  // namespace q2o::sandbox::generator
