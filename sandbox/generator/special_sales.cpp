#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/sale.h"

namespace q2o::sandbox::generator {
namespace {

/// One of each shape that a sales form can have and that plain business rarely shows.
void shapes(Workshop& shop) {
  const auto customer = [&shop](const char* name) { return shop.named("Customer", name); };
  const auto on = [&shop](const char* day, Sale sale) {
    shop.agenda.at(day, [&shop, sale](const std::string& today) mutable {
      sale.date = today;
      book_sale(shop, sale);
    });
  };
  const std::string note_line = "Work was done in two visits.\nSecond visit free of charge.";
  on("2024-11-12", {.customer = customer("Café Olé"),
                    .lines = {{"Drip Garden Package", Decimal(1), std::nullopt, "", "2"}, {"", Decimal(1), std::nullopt, note_line}},
                    .tax_code = "2",
                    .term = "2"});
  on("2025-02-11", {.customer = customer("Hill Country Winery"),
                    .lines = {{"Drip Garden Package", Decimal(3)}, {"Design", Decimal::of("1.5")}},
                    .tax_code = "1",
                    .discount_percent = Decimal(10),
                    .tax_after_discount = false,
                    .shipping = Decimal::of("24.95"),
                    .term = "5"});
  on("2025-02-18", {.customer = customer("Lakeway Marina"),
                    .lines = {{"Installation", Decimal(8)}, {"Sprinkler Head", Decimal(12)}},
                    .tax_code = "2",
                    .deposit = Decimal(200),
                    .money_account = kUndeposited,
                    .term = "3"});
  on("2025-03-06", {.customer = customer("Müller Bau"),
                    .lines = {{"Maintenance", Decimal(1), Decimal(50)}, {"Goodwill Credit", Decimal(-1), Decimal(50)}},
                    .term = "3",
                    .note = "Nothing to pay"});
  on("2025-03-14", {.customer = customer("Johnson & Sons"),
                    .lines = {{"Tree Work (subcontracted)", Decimal(1)}},
                    .term = "3",
                    .note = "ordered twice",
                    .voided = true});
  on("2025-04-02",
     {.customer = customer("O'Brien, Pat"), .lines = {{"Mulch, yard", Decimal(3)}}, .tax_code = "2", .term = "1", .number = ""});
  on("2025-04-03", {.customer = customer("Kowalski, Zofia"), .lines = {{"Mulch, yard", Decimal(2)}}, .tax_code = "2", .number = "1010"});
  on("2025-04-09", {.customer = customer("Agave Apartments"),
                    .lines = {{"Customer Deposit", Decimal(1), Decimal(500), "Deposit for spring work"}},
                    .term = "1"});
  on("2025-05-22",
     {.customer = customer("Building B"),
      .lines = {{"Installation", Decimal::of("3.333"), Decimal::of("72.5")}, {"PVC Pipe 10 ft", Decimal(7), Decimal::of("8.4875")}},
      .tax_code = "2",
      .term = "3"});
  on("2025-06-17", {.entity = "RefundReceipt",
                    .customer = customer("Walk-in"),
                    .lines = {{"Drip Kit", Decimal(1)}},
                    .tax_code = "2",
                    .money_account = "Checking",
                    .method = "2"});
  on("2025-08-05", {.entity = "RefundReceipt",
                    .customer = customer("Dave's Diner"),
                    .lines = {{"Maintenance", Decimal(2)}},
                    .money_account = "Petty Cash"});
  on("2025-09-16", {.entity = "CreditMemo",
                    .customer = customer("Nguyen Residence"),
                    .lines = {{"Maintenance", Decimal(1), std::nullopt, "Missed visit"}}});
  on("2025-10-08", {.entity = "SalesReceipt",
                    .customer = customer("Sunset Nursery"),
                    .lines = {{"Drip Garden Package", Decimal(1)}},
                    .tax_code = "2",
                    .discount_percent = Decimal(5),
                    .money_account = "Checking",
                    .method = "4"});
}

std::string invoice(Workshop& shop, const std::string& day, const std::string& customer, const char* item, int quantity) {
  return book_sale(shop, {.date = day, .customer = customer, .lines = {{item, Decimal(quantity)}}, .tax_code = "2", .term = "3"});
}

/// Two invoices, one payment for both; later an overpayment; then one check over parent and job.
void payment_stories(Workshop& shop) {
  shop.agenda.at("2025-03-03", [&shop](const std::string& day) {
    const auto golf = shop.named("Customer", "Quail Creek Golf");
    const auto first = invoice(shop, day, golf, "Installation", 10);
    const auto second = invoice(shop, day, golf, "Mulch, yard", 20);
    shop.agenda.at("2025-03-28", [&shop, golf, first, second](const std::string& today) {
      book_payment(shop, {today,
                          golf,
                          {{"Invoice", first, open_balance(shop, "Invoice", first)}, {"Invoice", second, Decimal(300)}},
                          Decimal(0),
                          kUndeposited,
                          "2",
                          "7001"});
    });
    shop.agenda.at("2025-04-11", [&shop, golf, second](const std::string& today) {
      book_payment(shop,
                   {today, golf, {{"Invoice", second, open_balance(shop, "Invoice", second)}}, Decimal(75), kUndeposited, "2", "7014"});
    });
  });
  shop.agenda.at("2025-05-05", [&shop](const std::string& day) {
    const auto parent = shop.named("Customer", "Agave Apartments");
    const auto job = shop.named("Customer", "Building A");
    const auto mine = invoice(shop, day, parent, "Maintenance", 6);
    const auto theirs = invoice(shop, day, job, "Maintenance", 4);
    shop.agenda.at("2025-06-02", [&shop, parent, job, mine, theirs](const std::string& today) {
      book_payment(shop, {today, parent, {{"Invoice", mine, open_balance(shop, "Invoice", mine)}}, Decimal(0), "Checking", "4", "ACH 88"});
      book_payment(shop, {today, job, {{"Invoice", theirs, open_balance(shop, "Invoice", theirs)}}, Decimal(0), "Checking", "4", "ACH 88"});
    });
  });
}

/// A credit memo with goods that come back: partly against an invoice with a check, the rest with a payment of zero.
void credit_stories(Workshop& shop) {
  shop.agenda.at("2025-06-24", [&shop](const std::string& day) {
    const auto ranch = shop.named("Customer", "El Rancho \"Grande\"");
    const auto first = invoice(shop, day, ranch, "Controller", 2);
    const auto second = invoice(shop, day, ranch, "Design", 3);
    shop.agenda.at("2025-07-08", [&shop, ranch, first, second](const std::string& today) {
      const auto credit = book_sale(
          shop, {.entity = "CreditMemo", .date = today, .customer = ranch, .lines = {{"Controller", Decimal(1)}}, .tax_code = "2"});
      const auto owed = open_balance(shop, "Invoice", first);
      book_payment(shop,
                   {today, ranch, {{"Invoice", first, owed}, {"CreditMemo", credit, Decimal(100)}}, Decimal(0), kUndeposited, "2", "5512"});
      const auto rest = std::min(open_balance(shop, "CreditMemo", credit), open_balance(shop, "Invoice", second));
      book_payment(shop, {today, ranch, {{"Invoice", second, rest}, {"CreditMemo", credit, rest}}});
    });
  });
}

/// Comes in at the end and is never brought to the bank.
void late_payment(Workshop& shop) {
  shop.agenda.at("2025-12-09", [&shop](const std::string& day) {
    const auto nursery = shop.named("Customer", "Sunset Nursery");
    const auto owed = invoice(shop, day, nursery, "Live Oak 15 gal", 2);
    shop.agenda.at("2025-12-22", [&shop, nursery, owed](const std::string& today) {
      book_payment(shop, {today, nursery, {{"Invoice", owed, open_balance(shop, "Invoice", owed)}}, Decimal(0), kUndeposited, "2", "3301"});
    });
  });
}

}  // namespace

void plan_special_sales(Workshop& shop) {
  shapes(shop);
}

void plan_payments(Workshop& shop) {
  late_payment(shop);
  payment_stories(shop);
  credit_stories(shop);
}

}  // namespace q2o::sandbox::generator
