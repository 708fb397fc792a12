#include "services/connector/domain/query.h"

#include <gtest/gtest.h>

#include "services/connector/tests/shipped.h"

namespace q2o::connector {
namespace {

TEST(Query, AsksForInactiveRowsInAStableOrder) {
  const auto m = testing::shipped();
  const auto& account = *m.find("Account");
  const auto where = where_of(account, {});
  EXPECT_EQ(count_statement(m, account, where), "SELECT COUNT(*) FROM Account WHERE Active IN (true, false)");
  EXPECT_EQ(page_statement(m, account, where, 1001, 1000),
            "SELECT * FROM Account WHERE Active IN (true, false) ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000");
  EXPECT_EQ(page_statement(m, *m.find("Invoice"), "", 1, 10), "SELECT * FROM Invoice ORDERBY Id STARTPOSITION 1 MAXRESULTS 10");
  EXPECT_EQ(edge_statement(m, *m.find("Invoice"), "TxnDate", false),
            "SELECT * FROM Invoice ORDERBY TxnDate DESC STARTPOSITION 1 MAXRESULTS 1");
}

TEST(Query, CapturedValuesAreQuoted) {
  EXPECT_EQ(where_of(*testing::shipped().find("ExchangeRate"), {"EUR", "O'X"}), R"( WHERE SourceCurrencyCode IN ('EUR', 'O\'X'))");
}

TEST(Query, RowsKeepTheBytesOfTheSource) {
  const auto m = testing::shipped();
  const std::string row = R"({ "TotalAmt" : 12.10,"Id":"7" , "x":"\u00e9" })";
  const auto answer = json::Document::parse(R"({"QueryResponse":{"Invoice":[)" + row + R"(],"maxResults":1}})");
  const auto rows = rows_in(m, *m.find("Invoice"), answer->root());
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().id, "7");
  EXPECT_EQ(rows->front().body, row);
}

TEST(Query, FindsIdsWhereAnEntityHidesThem) {
  const auto m = testing::shipped();
  const auto recurring = json::Document::parse(R"({"QueryResponse":{"RecurringTransaction":[{"Bill":{"Id":"20"}}]}})");
  EXPECT_EQ(rows_in(m, *m.find("RecurringTransaction"), recurring->root())->front().id, "20");
  const auto rate = json::Document::parse(R"({"QueryResponse":{"ExchangeRate":[{"SourceCurrencyCode":"EUR","AsOfDate":"2026-01-01"}]}})");
  EXPECT_EQ(rows_in(m, *m.find("ExchangeRate"), rate->root())->front().id, "EUR/2026-01-01");
  const auto card = json::Document::parse(R"({"QueryResponse":{"CreditCardPaymentTxn":[{"Id":"3"}]}})");
  EXPECT_EQ(rows_in(m, *m.find("CreditCardPayment"), card->root())->size(), 1u);
}

TEST(Query, NonsenseIsAnErrorNotAnEmptyList) {
  const auto m = testing::shipped();
  for (const auto* text : {"{}", "[]", R"({"QueryResponse":[]})", R"({"QueryResponse":{"Invoice":{}}})"})
    EXPECT_FALSE(rows_in(m, *m.find("Invoice"), json::Document::parse(text)->root())) << text;
  for (const auto* text :
       {"{}", R"({"QueryResponse":{}})", R"({"QueryResponse":{"totalCount":"many"}})", R"({"QueryResponse":{"totalCount":-1}})"})
    EXPECT_FALSE(count_in(m, json::Document::parse(text)->root())) << text;
  EXPECT_EQ(*count_in(m, json::Document::parse(R"({"QueryResponse":{"totalCount":41}})")->root()), 41u);
}

}  // namespace
}  // namespace q2o::connector
