#include <fmt/format.h>

#include "services/mapper/domain/builders/families.h"

/// Hours of employees become timesheet lines on a project per customer; hours of vendors analytic lines, for vendors have no timesheet.
namespace q2o::mapper::builders {
namespace {

Decimal hours(const Scope& scope) {
  const Decimal whole = scope.amount_at("Hours").value_or(Decimal{}), minutes = scope.amount_at("Minutes").value_or(Decimal{});
  return (whole + Decimal::divide(minutes, Decimal(60), 6, Rounding::half_up)).rounded(2, Rounding::half_up);
}

/// "Gardening [NotBillable 0]": billable state and rate have no field of their own.
std::string caption(const Scope& scope) {
  std::string name = scope.text_at("Description");
  if (name.empty()) name = scope.text_at("ItemRef.name");
  if (name.empty()) name = "Time";
  const std::string billable = scope.text_at("BillableStatus");
  if (billable.empty()) return name;
  const std::string rate = scope.text_at("HourlyRate");
  return fmt::format("{} [{}{}{}]", name, billable, rate.empty() ? "" : " ", rate);
}

/// Made once a run, by the first record that needs it.
bool first_use(const Scope& scope, const std::string& id) {
  if (scope.lookups.find("shared_record", id) != nullptr) return false;
  json::Writer made;
  made.begin_object().field("by", scope.own()).end_object();
  scope.lookups.put("shared_record", id, made.take());
  return true;
}

struct Place {
  std::string id, name;
  Party customer;
};

Place place_of(const Scope& scope, std::string_view part) {
  const std::string customer = scope.text_at("CustomerRef.value");
  if (customer.empty()) return {scope.company_id(part), "Time without a customer", {}};
  const auto& known = scope.required("Customer", customer, "CustomerRef.value");
  return {scope.id("Customer", customer, part), std::string(known["DisplayName"].text()), {"Customer", customer}};
}

std::string project(const Scope& scope, std::vector<Target>& targets) {
  const Place place = place_of(scope, "project");
  if (first_use(scope, place.id)) {
    Fields values;
    values.set("name", text(place.name)).set("allow_timesheets", flag(true)).set("partner_id", scope.partner(place.customer));
    targets.push_back(create(place.id, "project.project", "projects", values));
  }
  return place.id;
}

std::string analytic_account(const Scope& scope, std::vector<Target>& targets) {
  const Place place = place_of(scope, "analytic");
  if (first_use(scope, place.id)) {
    Fields values;
    values.set("name", text(place.name)).set("plan_id", xmlid("analytic.analytic_plan_projects")).set("partner_id", scope.partner(place.customer));
    targets.push_back(create(place.id, "account.analytic.account", "projects", values));
  }
  return place.id;
}

}  // namespace

Outcome time_activity(const Scope& scope) {
  Outcome outcome;
  const std::string employee = scope.text_at("EmployeeRef.value"), vendor = scope.text_at("VendorRef.value");
  Fields values;
  if (!employee.empty()) {
    scope.required("Employee", employee, "EmployeeRef.value");
    const auto* link = scope.lookups.find("time_link", scope.source.id);
    values.set("project_id", record_ref(project(scope, outcome.targets)))
        .set("employee_id", record_ref(scope.id("Employee", employee)))
        .set("timesheet_invoice_id", link == nullptr ? none() : record_ref((*link)["invoice"].text()));
  } else if (!vendor.empty()) {
    scope.required("Vendor", vendor, "VendorRef.value");
    values.set("account_id", record_ref(analytic_account(scope, outcome.targets))).set("partner_id", scope.partner({"Vendor", vendor}));
  } else {
    refuse("EmployeeRef", "", "REFERENCE_MISSING", "The hours name neither an employee nor a vendor", "Open the time activity in QuickBooks and choose who worked.");
  }
  values.set("date", text(scope.date_at("TxnDate"))).set("unit_amount", number(hours(scope))).set("name", text(caption(scope)));
  outcome.targets.push_back(create(scope.own(), "account.analytic.line", "timesheets", values));
  return outcome;
}

}  // namespace q2o::mapper::builders
