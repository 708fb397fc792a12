#include "services/loader/domain/ledger_entries.h"

#include <gmock/gmock.h>

namespace q2o::loader {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LedgerEntriesTest : public ::testing::Test {
 protected:
  static Item booked(const std::string& entity, const std::string& id, const std::string& name, const std::string& model = "account.move") {
    Item item;
    item.entity = entity;
    item.source_id = id;
    item.external_id = name;
    item.model = model;
    item.operation = "create";
    return item;
  }
  Known known{{"qbo1_ledger_transaction_7", 1},
              {"qbo1_ledger_transaction_7_line2", 2},
              {"qbo1_ledger_transaction_70", 3},
              {"qbo1_invoice_12_pay", 4},
              {"qbo1_bill_payment_5", 5},
              {"qbo1_payment_method_3", 6},
              {"qbo1_customer_9", 7}};
  LedgerEntries entries{"qbo1", {"BillPayment", "Bill", "Invoice", "Payment"}, known};
};

TEST_F(LedgerEntriesTest, MakeRoomForTheRecordOfTheirTransaction) {
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "7", "qbo1_invoice_7")),
              ElementsAre("qbo1_ledger_transaction_7", "qbo1_ledger_transaction_7_line2"));
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "7", "qbo1_invoice_7_line", "account.bank.statement.line")).size(), 2u);
  entries.gone({"qbo1_ledger_transaction_7", "qbo1_ledger_transaction_7_line2"});
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "7", "qbo1_invoice_7")), IsEmpty());
}

TEST_F(LedgerEntriesTest, StayForWhatDoesNotBookTheirTransaction) {
  EXPECT_THAT(entries.replaced_by(booked("Customer", "7", "qbo1_customer_7")), IsEmpty()) << "ids of names are another sequence";
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "7", "qbo1_invoice_7_note", "mail.message")), IsEmpty());
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "7", "qbo1_company_info_1_orderproduct", "account.move")), IsEmpty());
  EXPECT_THAT(entries.replaced_by(booked("Invoice", "8", "qbo1_invoice_8")), IsEmpty());
}

TEST_F(LedgerEntriesTest, AreNotMadeBesideTheRecordOfAnEarlierRun) {
  const auto stands = [&](const std::string& id) {
    return entries.stands_as_record(booked("LedgerTransaction", id, "qbo1_ledger_transaction_" + id));
  };
  EXPECT_TRUE(stands("12"));
  EXPECT_TRUE(stands("5"));
  EXPECT_FALSE(stands("3")) << "a payment method is no payment";
  EXPECT_FALSE(stands("9")) << "nor is a customer";
  EXPECT_FALSE(stands("7"));
  EXPECT_FALSE(entries.stands_as_record(booked("Invoice", "12", "qbo1_invoice_12"))) << "the record itself";
}

/// As the mapper names the entities: an entry that is there is compared as any record, in a later run and by another tenant's.
TEST_F(LedgerEntriesTest, AreNoRecordsOfThemselves) {
  LedgerEntries as_planned{"qbo1", {"BillPayment", "Bill", "Invoice", "LedgerTransaction", "Payment"}, known};
  const auto entry = booked("LedgerTransaction", "7", "qbo1_ledger_transaction_7");
  EXPECT_FALSE(as_planned.stands_as_record(entry));
  EXPECT_THAT(as_planned.replaced_by(entry), IsEmpty());
  EXPECT_TRUE(as_planned.stands_as_record(booked("LedgerTransaction", "12", "qbo1_ledger_transaction_12")));
}

}  // namespace
}  // namespace q2o::loader
