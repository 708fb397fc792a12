#include "services/mapper/adapters/covered.h"

#include <gtest/gtest.h>

#include "services/mapper/tests/book.h"

namespace q2o::mapper {
namespace {

/// What the shipped mapping says of one field: "taken", "lost: It …".
std::string fate(const std::string& entity, const std::string& path) {
  static const auto mapping = Mapping::compile(testing::shipped_mapping()).mapping;
  v1::CheckCoverageRequest request;
  auto& asked = *request.add_entities();
  asked.set_entity(entity);
  if (!path.empty()) asked.add_paths(path);
  const auto answer = covered(*mapping, request);
  EXPECT_EQ(answer.version(), mapping->version());
  if (path.empty()) return answer.entities(0).fate() + (answer.entities(0).reason().empty() ? "" : ": " + answer.entities(0).reason());
  const auto& field = answer.entities(0).fields(0);
  return field.fate() + (field.reason().empty() ? "" : ": " + field.reason());
}

TEST(Covered, AFieldThatATemplateReadsIsTaken) {
  EXPECT_EQ(fate("Customer", "DisplayName"), "taken");
  EXPECT_EQ(fate("Customer", "BillAddr.City"), "taken") << "through a template that starts at the address";
  EXPECT_EQ(fate("Invoice", "CustomField.*.StringValue"), "taken") << "in a list, for the note";
  EXPECT_EQ(fate("Attachable", "Note"), "taken") << "from the record's top, inside of a list";
}

TEST(Covered, AFieldThatABuilderReadsIsTaken) {
  EXPECT_EQ(fate("Invoice", "TxnDate"), "taken");
  EXPECT_EQ(fate("Invoice", "Line.*.SalesItemLineDetail.Qty"), "taken");
  EXPECT_EQ(fate("TimeActivity", "Hours"), "taken");
}

TEST(Covered, WhatIsLeftBehindHasTheMappingsReason) {
  EXPECT_TRUE(fate("CompanyInfo", "LegalName").starts_with("lost: Odoo has one name")) << fate("CompanyInfo", "LegalName");
  EXPECT_TRUE(fate("Invoice", "SyncToken").starts_with("not_needed: "));
  EXPECT_TRUE(fate("Invoice", "CustomerRef.name").starts_with("not_needed: "));
  EXPECT_EQ(fate("Invoice", "EmailStatus"), "left");
  EXPECT_EQ(fate("Martian", "Name"), "left");
}

TEST(Covered, AnEntityStaysBehindAsAWhole) {
  EXPECT_EQ(fate("Invoice", ""), "targets");
  EXPECT_EQ(fate("Martian", ""), "unmapped");
  EXPECT_TRUE(fate("Budget", "").starts_with("excluded: ")) << fate("Budget", "");
  EXPECT_EQ(fate("Attachable", ""), "targets") << "only some of them are excluded";
}

}  // namespace
}  // namespace q2o::mapper
