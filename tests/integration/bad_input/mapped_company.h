#pragma once

#include "services/mapper/tests/book.h"
#include "tests/integration/bad_input/case.h"

/// A small healthy company mapped with the shipped mapping, in which one record is bad. Names ("Invoice 900") are entity and id.
namespace q2o::bad_input {

class MappedCompany {
 public:
  MappedCompany();
  MappedCompany& with(const std::string& entity, const std::string& id, std::string body);
  MappedCompany& without(const std::string& entity, const std::string& id);
  MappedCompany& post(const std::string& id, const std::vector<accounting::Posting>& postings);
  /// Maps everything; what became of `entity` `id`. Unharmed: "all others" when nothing else was rejected and the good invoice came
  /// through.
  Seen look_at(const std::string& entity, const std::string& id);

 private:
  std::map<std::string, std::vector<mapper::RawRecord>> records_;
  std::vector<accounting::LedgerTransaction> ledger_;
};

/// Debit positive. `name` is the customer or vendor.
accounting::Posting posting(const std::string& account, const std::string& amount, const std::string& name = "1");

/// An invoice of 100.00 to customer 1; `replaced` parts of its text are exchanged: {"\"TotalAmt\":100", "\"TotalAmt\":\"many\""}.
std::string invoice_text(const std::string& what = "", const std::string& with = "");

}  // namespace q2o::bad_input
