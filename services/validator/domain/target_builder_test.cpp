#include "services/validator/domain/target_builder.h"

#include <gtest/gtest.h>

namespace q2o::validator {
namespace {

class OdooAnswers : public ::testing::Test {
 protected:
  json::Document parse(std::string text) {
    auto document = json::Document::parse(std::move(text));
    EXPECT_TRUE(document);
    return std::move(*document);
  }
  TargetBuilder builder_{"qbo1"};
};

TEST_F(OdooAnswers, AmountsAreReadDigitByDigitAndRoundedToTheCurrency) {
  const auto row = parse(
      R"({"id":1,"move_id":[7,"INV/1"],"account_id":3,"partner_id":false,"balance":0.1000000000000000055,"amount_currency":-1602.6699999999998,
    "amount_residual":1e2,"amount_residual_currency":0.0,"currency_id":1,"date":"2026-01-01","date_maturity":false,"parent_state":"posted"})");
  const auto usd = parse(R"({"id":1,"name":"USD","decimal_places":2})");
  builder_.currency(usd.root());
  builder_.item(row.root());
  const auto books = builder_.finish();
  ASSERT_TRUE(books) << books.error().message;
  const auto& item = books->items.at(0);
  EXPECT_EQ(item.balance.to_string(), "0.10");
  EXPECT_EQ(item.amount_currency.to_string(), "-1602.67");
  EXPECT_EQ(item.residual, Decimal(100));
  EXPECT_EQ(item.move_id, 7);
  EXPECT_EQ(item.partner_id, 0);
  EXPECT_EQ(item.currency, "USD");
  EXPECT_TRUE(item.maturity.empty());
  EXPECT_TRUE(item.posted);
}

TEST_F(OdooAnswers, EveryCurrencyHasItsOwnDigits) {
  const auto yen = parse(R"({"id":1,"name":"JPY","decimal_places":0})");
  const auto dinar = parse(R"({"id":2,"name":"KWD","decimal_places":3})");
  const auto company = parse(R"({"id":1,"currency_id":[1,"JPY"]})");
  const auto journal = parse(R"({"id":7,"name":"B","type":"bank","default_account_id":3,"currency_id":2})");
  const auto item = parse(
      R"({"id":1,"move_id":7,"account_id":3,"partner_id":false,"balance":499.9999999,"amount_currency":1.2340000001,"amount_residual":0.6,
    "amount_residual_currency":1.2345,"currency_id":2,"date":"2026-01-01","date_maturity":false,"parent_state":"posted"})");
  const auto line = parse(R"({"id":1,"move_id":7,"journal_id":7,"amount":-0.0049999})");
  builder_.currency(yen.root());
  builder_.currency(dinar.root());
  builder_.company(company.root());
  builder_.journal(journal.root());
  builder_.item(item.root());
  builder_.statement_line(line.root());
  const auto books = builder_.finish();
  ASSERT_TRUE(books) << books.error().message;
  const auto& read = books->items.at(0);
  EXPECT_EQ(read.balance, Decimal(500));
  EXPECT_EQ(read.residual, Decimal(1));
  EXPECT_EQ(read.amount_currency, Decimal::of("1.234"));
  EXPECT_EQ(read.residual_currency, Decimal::of("1.235"));
  EXPECT_EQ(books->statement_lines.at(0).amount, Decimal::of("-0.005"));
}

TEST_F(OdooAnswers, OnlyExternalIdsOfThisConnectionCount) {
  const auto ours = parse(R"({"name":"qbo1_invoice_12","model":"account.move","res_id":5})");
  const auto other = parse(R"({"name":"qbo12_invoice_12","model":"account.move","res_id":6})");
  builder_.external_id(ours.root());
  builder_.external_id(other.root());
  const auto books = builder_.finish();
  ASSERT_EQ(books->records.size(), 1u);
  EXPECT_EQ(books->records[0].name, "invoice_12");
}

TEST_F(OdooAnswers, AnAnswerThatLacksAFieldFailsTheProofInsteadOfCountingAsZero) {
  const auto row = parse(R"({"id":1,"move_id":7,"account_id":3,"partner_id":false})");
  builder_.item(row.root());
  const auto books = builder_.finish();
  ASSERT_FALSE(books);
  EXPECT_EQ(books.error().reason, "TARGET_ANSWER");
}

TEST_F(OdooAnswers, ReadGroupRowsBecomeBalancesPerDay) {
  const auto group = parse(R"({"account_id":[45,"101401 Bank"],"__count":2,"balance":-221400.0})");
  builder_.day_read("2025-12-31");
  builder_.balance("2026-01-31", group.root());
  const auto books = builder_.finish();
  EXPECT_TRUE(books->balances.contains("2025-12-31"));
  EXPECT_EQ(books->balance("2026-01-31", 45), Decimal::of("-221400.00"));
}

}  // namespace
}  // namespace q2o::validator
