#pragma once

/// Data of a fresh database, one record per line or separated by ';', fields separated by '|'.
namespace q2o::sandbox::odoo {

extern const char* const kCurrencies;
extern const char* const kCountries;
extern const char* const kStates;
extern const char* const kAccounts;
extern const char* const kJournals;
extern const char* const kTerms;
extern const char* const kCompanyAccounts;
extern const char* const kDefaults;
extern const char* const kModules;
extern const char* const kGroups;

}  // namespace q2o::sandbox::odoo
