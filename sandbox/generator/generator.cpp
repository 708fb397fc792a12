#include "sandbox/generator/generator.h"

#include "sandbox/checker/cases.h"
#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {

Company generate(const Recipe& recipe) {
  Workshop shop(recipe);
  make_chart(shop);
  make_settings(shop);
  make_taxes(shop);
  make_currencies(shop);
  make_lists(shop);
  make_customers(shop);
  make_vendors(shop);
  make_items(shop);
  make_crowd(shop);
  plan_opening(shop);
  plan_sales(shop);
  plan_special_sales(shop);
  plan_payments(shop);
  plan_deposits(shop);
  plan_bills(shop);
  plan_expenses(shop);
  plan_money(shop);
  plan_entries(shop);
  plan_ledger_only(shop);
  plan_activities(shop);
  plan_foreign(shop);
  plan_hard_sales(shop);
  plan_hard_money(shop);
  plan_volume(shop);
  shop.agenda.run(kLastDay);
  finish(shop);
  shop.company.cases = checker::find_cases(shop.company);
  return std::move(shop.company);
}

}  // namespace q2o::sandbox::generator
