#include "sandbox/generator/generator.h"

#include <array>
#include <filesystem>
#include <set>

#include "common/testing/testing.h"
#include "sandbox/checker/check.h"
#include "sandbox/generator/profile.h"
#include "sandbox/generator/stock.h"
#include "sandbox/reports/reports.h"

namespace q2o::sandbox::generator {
namespace {

const Company& company() {
  static const Company made = generate({.seed = 1});
  return made;
}

std::string text_of(const Company& made) {
  std::string out;
  for (const auto& [entity, objects] : made.entities) out += entity + Node::array(objects).dump();
  for (const auto& transaction : made.ledger)
    for (const auto& line : transaction.lines) out += transaction.txn_id + line.account_id + line.amount.to_string();
  return out;
}

constexpr std::array kProfiles{Profile::us, Profile::uk, Profile::ca};

TEST(Generator, KeepsTrueBooksForAnySeedInEveryCountry) {
  for (const auto profile : kProfiles)
    for (const std::uint64_t seed : {1u, 2u, 3u, 7u, 42u, 2024u}) {
      const auto complaints = checker::complaints_of(generate({.profile = profile, .seed = seed}));
      EXPECT_TRUE(complaints.empty()) << "seed " << seed << ": " << complaints.size() << " complaints, first: " << complaints.front();
    }
}

TEST(Generator, MakesTheSameCompanyFromTheSameSeed) {
  for (const auto profile : kProfiles) {
    EXPECT_EQ(text_of(generate({.profile = profile, .seed = 5})), text_of(generate({.profile = profile, .seed = 5})));
    EXPECT_NE(text_of(generate({.profile = profile, .seed = 5})), text_of(generate({.profile = profile, .seed = 6})));
  }
}

TEST(Generator, HasFourteenMonthsAndWhatWasTypedInAhead) {
  EXPECT_GE(company().ledger.size(), 500u);
  EXPECT_LE(company().ledger.size(), 750u);
  EXPECT_EQ(company().first_date(), "2024-11-01");
  EXPECT_EQ(company().last_date().substr(0, 7), "2026-02");
  EXPECT_GE(company().of("Account").size(), 78u);
}

TEST(Generator, HasEveryKindOfObject) {
  for (const auto* entity : {"Account",
                             "Attachable",
                             "Bill",
                             "BillPayment",
                             "Budget",
                             "Class",
                             "CompanyCurrency",
                             "CompanyInfo",
                             "CreditCardPayment",
                             "CreditMemo",
                             "Customer",
                             "CustomerType",
                             "Department",
                             "Deposit",
                             "Employee",
                             "Estimate",
                             "ExchangeRate",
                             "InventoryAdjustment",
                             "Invoice",
                             "Item",
                             "JournalEntry",
                             "Payment",
                             "PaymentMethod",
                             "Preferences",
                             "Purchase",
                             "PurchaseOrder",
                             "RecurringTransaction",
                             "RefundReceipt",
                             "ReimburseCharge",
                             "SalesReceipt",
                             "TaxAgency",
                             "TaxCode",
                             "TaxRate",
                             "Term",
                             "TimeActivity",
                             "Transfer",
                             "Vendor",
                             "VendorCredit"})
    EXPECT_FALSE(company().of(entity).empty()) << entity;
}

TEST(Generator, HasEveryWordingOfTheLedger) {
  std::set<std::string> types;
  for (const auto& transaction : company().ledger) types.insert(transaction.txn_type);
  for (const auto* type : {"Bill",
                           "Bill Payment (Check)",
                           "Bill Payment (Credit Card)",
                           "Cash Expense",
                           "Check",
                           "Credit Card Credit",
                           "Credit Card Expense",
                           "Credit Card Payment",
                           "Credit Memo",
                           "Deposit",
                           "Expense",
                           "Inventory Qty Adjust",
                           "Invoice",
                           "Journal Entry",
                           "Payment",
                           "Payroll Check",
                           "Refund",
                           "Sales Receipt",
                           "Sales Tax Payment",
                           "Home Currency Adjustment",
                           "Charge",
                           "Tax Payment",
                           "Transfer",
                           "Vendor Credit"})
    EXPECT_TRUE(types.contains(type)) << type;
}

template <class Test>
int count(const char* entity, const Test& test) {
  int out = 0;
  for (const auto& object : company().of(entity)) out += test(object) ? 1 : 0;
  return out;
}

bool has_line(const Node& object, std::string_view type) {
  for (const auto& line : object["Line"].items())
    if (line["DetailType"].text() == type) return true;
  return false;
}

TEST(Generator, HasTheHardShapes) {
  EXPECT_GT(count("Invoice", [](const Node& o) { return has_line(o, "GroupLineDetail"); }), 0);
  EXPECT_GT(count("Invoice", [](const Node& o) { return has_line(o, "DescriptionOnly"); }), 0);
  EXPECT_GT(count("Invoice", [](const Node& o) { return has_line(o, "DiscountLineDetail"); }), 2);
  EXPECT_GT(count("Invoice", [](const Node& o) { return o.dump().find("SHIPPING_ITEM_ID") != std::string::npos; }), 2);
  EXPECT_GT(count("Invoice", [](const Node& o) { return o.has("Deposit"); }), 0);
  EXPECT_GT(count("Invoice", [](const Node& o) { return o["PrivateNote"].text().starts_with("Voided"); }), 0);
  EXPECT_GT(
      count("Invoice", [](const Node& o) { return o["TotalAmt"].decimal().is_zero() && !o["PrivateNote"].text().starts_with("Voided"); }),
      0);
  EXPECT_GT(count("Invoice", [](const Node& o) { return !o.has("DocNumber"); }), 0);
  EXPECT_GT(count("Invoice", [](const Node& o) { return o.at("TxnTaxDetail.TaxLine").items().size() == 3; }), 5);
  EXPECT_GT(count("Payment", [](const Node& o) { return o["TotalAmt"].decimal().is_zero(); }), 0);
  EXPECT_GT(count("Payment", [](const Node& o) { return o["UnappliedAmt"].decimal().sign() > 0; }), 0);
  EXPECT_GT(count("Payment", [](const Node& o) { return o["Line"].items().size() > 1; }), 1);
  EXPECT_GT(count("Deposit", [](const Node& o) { return o.has("CashBack"); }), 0);
  EXPECT_GT(count("Customer", [](const Node& o) { return o["Level"].text() == "2"; }), 0);
  EXPECT_GT(count("JournalEntry", [](const Node& o) { return o.dump().find("\"Customer\"") != std::string::npos; }), 0);
  for (const auto* entity : {"Account", "Class", "Customer", "Employee", "Item", "PaymentMethod", "TaxCode", "TaxRate", "Term", "Vendor"})
    EXPECT_GT(count(entity, [](const Node& o) { return o["Active"].is_boolean() && !o["Active"].truthy(); }), 0) << entity;
}

TEST(Generator, HasEveryHardCaseSeveralTimesInEveryCountry) {
  std::set<std::string> everywhere;
  for (const auto profile : kProfiles) {
    const auto made = generate({.profile = profile, .seed = 1});
    ASSERT_TRUE(made.cases);
    for (const auto& [name, records] : *made.cases) {
      EXPECT_GE(records.size(), 3u) << profile_data(profile).code << ": " << name;
      everywhere.insert(name);
    }
  }
  EXPECT_GE(everywhere.size(), 60u);
  // Where lines have tax codes of their own there is more to get wrong; compound codes are Canadian.
  const auto uk = generate({.profile = Profile::uk}), ca = generate({.profile = Profile::ca});
  EXPECT_TRUE(uk.cases->contains("reverse_charge") && uk.cases->contains("tax_inclusive"));
  EXPECT_TRUE(ca.cases->contains("compound_codes"));
}

TEST(Generator, BooksWhatRatesDifferByWhenForeignDocumentsArePaid) {
  const auto made = generate({.profile = Profile::uk, .seed = 7});
  EXPECT_EQ(made.home_currency(), "GBP");
  EXPECT_EQ(made.of("CompanyInfo").front()["FiscalYearStartMonth"].text(), "April");
  EXPECT_FALSE(made.of("ExchangeRate").empty());
  int foreign = 0;
  for (const auto& invoice : made.of("Invoice")) {
    if (invoice.at("CurrencyRef.value").text() == "GBP") continue;
    ++foreign;
    EXPECT_TRUE(invoice.has("HomeTotalAmt") && invoice["ExchangeRate"].decimal().sign() > 0) << invoice["Id"].text();
    EXPECT_EQ(invoice["HomeBalance"].decimal().is_zero(), invoice["Balance"].decimal().is_zero()) << invoice["Id"].text();
  }
  EXPECT_GT(foreign, 10);
}

TEST(Generator, ReportsAgreeWithEachOther) {
  const reports::Books books(company());
  const auto balance = reports::balance_sheet(books, "2025-01-01", "2025-12-31");
  const auto& rows = balance.at("Rows.Row").items();
  EXPECT_EQ(rows[0].at("Summary.ColData").items()[1]["value"], rows[1].at("Summary.ColData").items()[1]["value"]);
}

TEST(Generator, SurvivesTheWayThroughAFolder) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("q2o-sandbox-test-{}", ::getpid());
  ASSERT_TRUE(save_company(company(), folder));
  const auto loaded = load_company(folder);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(text_of(*loaded), text_of(company()));
  EXPECT_EQ(loaded->files, company().files);
}

TEST(Generator, GivesEveryFileItsBytes) {
  std::set<std::string> types, holders;
  for (const auto& paper : company().of("Attachable")) {
    for (const auto& on : paper["AttachableRef"].items()) holders.insert(on.at("EntityRef.type").text());
    if (!paper.has("FileName")) continue;
    const auto& bytes = company().files.at(object_id(paper));
    EXPECT_EQ(paper["Size"].text(), std::to_string(bytes.size()));
    types.insert(paper["ContentType"].text());
  }
  EXPECT_THAT(types, ::testing::ElementsAre("application/pdf", "image/png", "text/csv", "text/plain"));
  EXPECT_THAT(holders,
              ::testing::IsSupersetOf({"Bill", "Customer", "Deposit", "Estimate", "Invoice", "JournalEntry", "Payment", "Purchase"}));
}

TEST(Checker, FindsTheRecordedCompanyTrue) {
  const auto shared = testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "the recorded company is not here";
  const auto recorded = load_company(std::filesystem::path(shared) / "qbo" / "company");
  ASSERT_TRUE(recorded);
  EXPECT_THAT(checker::complaints_of(*recorded), ::testing::IsEmpty());
}

TEST(Checker, SeesEveryKindOfLie) {
  const auto first_complaint = [](const std::function<void(Company&)>& lie) {
    auto made = company();
    lie(made);
    const auto complaints = checker::complaints_of(made);
    return complaints.empty() ? std::string{} : complaints.front();
  };
  EXPECT_NE(first_complaint([](Company& c) { c.ledger[20].lines[0].amount += Decimal::of("0.01"); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.entities["Invoice"][4].set("Balance", Decimal::of("0.07")); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.entities["Customer"][4].set("Balance", Decimal::of("0.07")); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.entities["Customer"].erase(c.entities["Customer"].begin()); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.entities["Bill"].push_back(c.entities["Bill"].front()); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.entities["Invoice"][0].set("TxnDate", "2020-01-01"); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.ledger.erase(c.ledger.begin() + 30); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.cases->erase("voided"); }), "");
  EXPECT_NE(first_complaint([](Company& c) { c.cases->at("bundles").push_back({"Invoice", "999999"}); }), "");
  // No negative line is left: the case is gone, whatever the list says.
  EXPECT_NE(first_complaint([](Company& c) {
              for (auto& invoice : c.entities["Invoice"])
                for (auto& line : invoice["Line"].items())
                  if (std::as_const(line)["DetailType"].text() == "GroupLineDetail") line.set("DetailType", "DescriptionOnly");
              for (auto& invoice : c.entities["SalesReceipt"]) invoice.set("Line", Node::array());
            }),
            "");
  EXPECT_NE(first_complaint([](Company& c) {
              for (auto& transaction : c.ledger)
                for (auto& line : transaction.lines)
                  if (!line.currency.empty()) {
                    line.foreign += Decimal::of("0.01");
                    return;
                  }
            }),
            "");
}

TEST(Stock, TakesTheOldestFirst) {
  Stock stock;
  stock.receive("1", 2, Decimal::of("10.00"));
  stock.receive("1", 2, Decimal::of("12.50"));
  EXPECT_EQ(stock.take("1", 3), Decimal::of("32.50"));
  EXPECT_EQ(stock.on_hand("1"), 1);
  EXPECT_EQ(stock.value("1"), Decimal::of("12.50"));
  EXPECT_THROW(stock.take("1", 2), std::logic_error);
}

}  // namespace
}  // namespace q2o::sandbox::generator
