#include "common/ids/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace q2o::ids {
namespace {

TEST(Ids, Version5MatchesTheRfcVectors) {
  constexpr std::string_view kDns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  EXPECT_EQ(uuid_v5_in(kDns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(uuid_v5_in(kDns, "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

TEST(Ids, Version5IsTheSameForTheSamePartsAndNoOthers) {
  EXPECT_EQ(uuid_v5({"a", "b"}), uuid_v5({"a", "b"}));
  EXPECT_NE(uuid_v5({"a", "b"}), uuid_v5({"ab"}));
  EXPECT_NE(uuid_v5({"a", ""}), uuid_v5({"a"}));
  EXPECT_EQ(uuid_v5({"migration", "1", "connector", "Invoice", "1"}), "190937bd-babc-50ee-abbf-92d45c6a7f62")
      << "ids of released versions must not change";
}

TEST(Ids, RandomAndTimeOrderedOnesSayTheirVersion) {
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) {
    const auto four = uuid_v4();
    EXPECT_TRUE(is_uuid(four));
    EXPECT_EQ(four[14], '4');
    all.insert(four);
    const auto seven = uuid_v7();
    EXPECT_TRUE(is_uuid(seven));
    EXPECT_EQ(seven[14], '7');
    all.insert(seven);
  }
  EXPECT_EQ(all.size(), 2000u);
}

TEST(Ids, OnlyCanonicalTextIsAUuid) {
  EXPECT_TRUE(is_uuid("2ed6657d-e927-568b-95e1-2665a8aea6a2"));
  for (const std::string_view text :
       {"", "2ED6657D-E927-568B-95E1-2665A8AEA6A2", "2ed6657de927568b95e12665a8aea6a2", "{2ed6657d-e927-568b-95e1-2665a8aea6a}",
        "2ed6657d-e927-568b-95e1-2665a8aea6ag", "2ed6657d-e927-568b-95e1-2665a8aea6a2 "}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
}

TEST(Ids, HashesLikeTheStandardSays) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Ids, WritesEntitiesInSnakeCase) {
  EXPECT_EQ(snake_case("Invoice"), "invoice");
  EXPECT_EQ(snake_case("SalesReceipt"), "sales_receipt");
  EXPECT_EQ(snake_case("BillPayment"), "bill_payment");
  EXPECT_EQ(snake_case("TaxRate2"), "tax_rate2");
  EXPECT_EQ(snake_case("QBOReport"), "qbo_report");
}

TEST(Ids, SlugsHaveLettersAndDigitsOnly) {
  EXPECT_EQ(connection_slug("qbo", "91-30_3573 AB"), "qbo91303573ab");
}

}  // namespace
}  // namespace q2o::ids
