#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "sandbox/odoo/testing/books.h"

namespace q2o::sandbox::odoo::contract {

using testing::Answer;
using testing::Books;
using testing::fill;
using testing::Id;

/// The suite runs twice: against the simulator behind its HTTP server, and against a real Odoo 18 when Q2O_TEST_ODOO_URL, _DB, _USER and
/// _PASSWORD name one (a database of its own with the US chart; the suite leaves its records there).
class OdooContract : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;
  const Books& books() const { return *books_; }
  /// A word that no other test and no earlier run has used; letters only, so that Odoo reads no date out of it.
  static std::string fresh(const std::string& prefix);
  static std::string fresh_code();                      ///< five characters, for a journal
  static std::string minus(const std::string& amount);  ///< "5" -> "-5", "-5" -> "5"

  Id partner() const;
  Id account(const std::string& type, bool reconcile = false) const;
  Id sale_journal() const;
  /// A balanced document of one line with all its items given: id of the draft.
  Id invoice(Id customer, const std::string& name, const std::string& amount, const std::string& date = "2023-05-04") const;
  Id receivable() const { return books().xmlid("account.1_receivable"); }
  void post(const std::string& model, Id id) const;
  Id line_on(Id move, Id account_id) const;

 private:
  std::shared_ptr<Books> books_;
};

constexpr const char* kSkip = R"({"tracking_disable":true,"skip_invoice_sync":true})";

}  // namespace q2o::sandbox::odoo::contract
