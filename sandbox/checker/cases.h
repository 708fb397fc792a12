#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/company/company.h"

/// The hard cases of migrations: where each occurs in a company, found in its own objects and ledger.
namespace q2o::sandbox::checker {

/// What the finders ask a company, worked out once.
struct CaseFacts {
  explicit CaseFacts(const Company& company);

  const Company& company;
  std::string home;
  std::map<std::string, std::string> account_type, account_sub_type;   ///< by account id
  std::set<std::string> foreign_accounts, compound_codes;              ///< ids
  std::map<std::string, std::string> special_rates;                    ///< TaxRate id -> SpecialTaxType
  std::unordered_map<std::string, const Transaction*> ledger;          ///< by transaction id
  std::unordered_map<std::string, Decimal> applied;                    ///< "CreditMemo 12" -> used by payments
  std::unordered_map<std::string, int> payments_on;                    ///< Invoice id -> payments
  std::map<std::string, int> numbers, account_names, account_numbers;  ///< how often each occurs
  std::set<std::string> customer_names;
  bool global_taxes = false, several_currencies = false;

  bool is_foreign(const Node& object) const;
  /// A posting of the transaction on an account of that type ("Bank") or sub type.
  const Posting* posting_on(const std::string& transaction, std::string_view type) const;
};

/// Which companies have a case.
enum class CaseScope { every, states, global, compound, currencies };

struct HardCase {
  const char* name;
  CaseScope scope;
  void (*find)(const CaseFacts& facts, std::vector<CaseRecord>& out);
};

// case_names.cpp, case_documents.cpp, case_money.cpp
std::span<const HardCase> name_cases();
std::span<const HardCase> document_cases();
std::span<const HardCase> money_cases();

/// Where every case that such a company can have occurs; a case that does not occur has an empty list.
Cases find_cases(const Company& company);
/// A company that tells its cases must have each of them several times, at the very records where it says so.
void check_cases(const Company& company, std::vector<std::string>& out);

/// Adds the objects of the entities that fit.
template <class Fits>
void each(const CaseFacts& facts, std::initializer_list<const char*> entities, std::vector<CaseRecord>& out, const Fits& fits) {
  for (const auto* entity : entities)
    for (const auto& object : facts.company.of(entity))
      if (fits(object)) out.push_back({entity, object_id(object)});
}
/// Adds the objects that have a line that fits; lines of bundles count too.
template <class Fits>
void each_line(const CaseFacts& facts, std::initializer_list<const char*> entities, std::vector<CaseRecord>& out, const Fits& fits) {
  each(facts, entities, out, [&](const Node& object) {
    for (const auto& line : object["Line"].items()) {
      if (fits(line)) return true;
      for (const auto& inner : line["GroupLineDetail"]["Line"].items())
        if (fits(inner)) return true;
    }
    return false;
  });
}

}  // namespace q2o::sandbox::checker
