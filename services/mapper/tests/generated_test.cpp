#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "services/mapper/tests/booked.h"
#include "services/mapper/tests/generated.h"

/// Companies of every country through the shipped mapping: what is sent adds up to the ledger, at home and abroad, and what is matched
/// leaves open what the source has open.
namespace q2o::mapper {
namespace {

using sandbox::Node;
using testing::Generated;

TEST_P(Generated, EveryTransactionNetsToTheLedgersPostings) {
  testing::Booked(made_.book).expect_nets_to(made_.ledger);
}

TEST_P(Generated, DocumentsStayDocuments) {
  std::size_t lines = 0, all = 0;
  for (const auto& record : made_.book.all()) {
    all += record.outcome.posting ? 1 : 0;
    if (!record.outcome.fallback) continue;
    EXPECT_NE(record.outcome.fallback->step, "plain_entry") << record.entity << " " << record.id << ": " << record.outcome.fallback->reason;
    if (++lines <= 5) RecordProperty("fallback", record.entity + " " + record.id + ": " + record.outcome.fallback->reason);
  }
  EXPECT_LE(lines * 100, all) << "more than 1 % of the documents take the ledger's lines";
}

TEST_P(Generated, NoTwoTaxesOfOneUseBearOneName) {
  const testing::Booked booked(made_.book);
  std::set<std::pair<std::string, std::string>> borne;
  for (const auto& record : made_.book.all())
    for (const auto& target : record.outcome.targets) {
      if (target.model != "account.tax" || target.operation != "create") continue;
      const auto& values = booked.body(target)["values"];
      EXPECT_TRUE(borne.emplace(values["type_tax_use"].text(), values["name"].text()).second) << target.external_id;
    }
  EXPECT_FALSE(borne.empty());
}

TEST_P(Generated, WhatIsMatchedLeavesOpenWhatTheSourceHasOpen) {
  const testing::Booked booked(made_.book);
  std::map<std::string, const Node*> documents;
  for (const char* entity : {"Invoice", "CreditMemo", "Bill", "VendorCredit"})
    for (const auto& document : made_.company.of(entity))
      documents[RunContext{"qbo1", ""}.external_id(entity, document["Id"].text())] = &document;
  for (const auto& [at, sum] : booked.residuals()) {
    const auto& [account, record] = at;
    const auto item = account + " of " + record;
    const auto found = documents.find(record);
    if (booked.in_between(account)) {
      EXPECT_TRUE(sum.is_zero()) << item << " stays open with " << sum.text();
    } else if (booked.open_item(account) && found != documents.end()) {
      const auto balance = (*found->second)["Balance"].decimal();
      EXPECT_EQ(sum.abroad.abs().to_string(2), balance.to_string(2)) << item;
      const auto home = found->second->has("HomeBalance") ? (*found->second)["HomeBalance"].decimal() : balance;
      EXPECT_EQ(sum.home.abs().to_string(2), home.to_string(2)) << item;
    } else if (booked.open_item(account) && record.find("_payment_") != std::string::npos) {
      // A payment is open with what is not applied; at home with its share, and with nothing when it is closed abroad.
      EXPECT_TRUE(!sum.abroad.is_zero() || sum.home.is_zero()) << item << " stays open with " << sum.text();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Companies, Generated,
                         ::testing::Values("generated:us:small:1", "generated:uk:small:1", "generated:uk:small:7", "generated:ca:small:3"),
                         [](const auto& one) {
                           std::string name(one.param);
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace q2o::mapper
