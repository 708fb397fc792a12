#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

Decimal balance(const Workshop& shop, const std::string& account, const std::string& until) {
  const auto id = shop.account(account);
  Decimal out;
  for (const auto& transaction : shop.company.ledger)
    if (transaction.date <= until)
      for (const auto& line : transaction.lines)
        if (line.account_id == id) out += line.amount;
  return out;
}

/// The API has no object for these: the ledger alone knows that the tax was paid.
void pay_tax(Workshop& shop, const std::string& day, const char* account, const std::string& until) {
  const auto owed = -balance(shop, account, until);
  if (owed.is_zero()) return;  // what was paid too much comes back
  shop.post({shop.transaction_id(), shop.profile.tax_payment, "", day},
            {{"Checking", -owed, "Quarterly payment"}, {account, owed, "Quarterly payment"}});
}

void payroll(Workshop& shop, const std::string& day) {
  const auto maria = shop.party("Employee", "61");
  const Decimal gross(1600), federal = Decimal::of("214.40"), state = Decimal::of("26.10"), employer = Decimal::of("122.40");
  shop.post({shop.transaction_id(), "Payroll Check", "", day, "DD", maria},
            {{"Checking", -(gross - federal - state), "Pay period"},
             {"Payroll Expenses:Wages", gross, "Gross pay"},
             {"Payroll Expenses:Taxes", employer, "Employer taxes"},
             {"Payroll Liabilities:Federal Taxes", -(federal + employer), ""},
             {"Payroll Liabilities:State Taxes", -state, ""}});
}

}  // namespace

void plan_ledger_only(Workshop& shop) {
  const auto quarter = [&shop](const std::string& day, const std::string& until) {
    shop.agenda.at(day, [&shop, until](const std::string& today) {
      for (const auto& agency : shop.profile.agencies) pay_tax(shop, today, agency.account, until);
    });
  };
  for (const auto* month_and_day : {"-01-17", "-04-18", "-07-18", "-10-17"})
    for (const auto& day : yearly(shop, month_and_day)) quarter(day, date::plus_days(day.substr(0, 8) + "01", -1));
  for (const auto* day : {"2025-09-30", "2025-10-31", "2025-11-28"})
    shop.agenda.at(day, [&shop](const std::string& today) { payroll(shop, today); });
  shop.agenda.at("2025-12-15", [&shop](const std::string& day) {
    const auto owed = -balance(shop, "Payroll Liabilities:Federal Taxes", "2025-11-30");
    shop.post({shop.transaction_id(), "Tax Payment", "", day},
              {{"Checking", -owed, "Form 941"}, {"Payroll Liabilities:Federal Taxes", owed, "Form 941"}});
  });
}

}  // namespace q2o::sandbox::generator
