#pragma once

#include <string>
#include <vector>

#include "sandbox/company/company.h"

namespace q2o::sandbox::checker {

/// What is wrong with a company's books, one sentence each; empty = the books are true: every transaction balances, ids are unique,
/// references lead somewhere, balances of documents, parties, accounts and stock follow from the ledger and the links.
std::vector<std::string> complaints_of(const Company& company);

/// The parts, for tests.
void check_ledger(const Company& company, std::vector<std::string>& out);
void check_references(const Company& company, std::vector<std::string>& out);
void check_balances(const Company& company, std::vector<std::string>& out);

}  // namespace q2o::sandbox::checker
