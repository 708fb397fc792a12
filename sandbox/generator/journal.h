#pragma once

#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

struct JournalLine {
  std::string account;
  Decimal amount;  ///< debit positive
  std::string memo = {};
  Party party = {};
  std::string class_id = {};
};

std::string book_journal(Workshop& shop, const std::string& day, const std::string& number, const std::vector<JournalLine>& lines,
                         bool adjustment = false, const std::string& currency = {});

/// Counted pieces differ from the books; `difference` above zero adds them at `unit_cost`.
void book_adjustment(Workshop& shop, const std::string& day, const std::string& number, const std::string& account, const std::string& item,
                     int difference, const Decimal& unit_cost, const std::string& note);

}  // namespace q2o::sandbox::generator
