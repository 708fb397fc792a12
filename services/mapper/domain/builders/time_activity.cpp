#include <fmt/format.h>
#include <chrono>

#include "services/mapper/domain/builders/families.h"

/// Hours of employees become timesheet lines on a project per customer; hours of vendors analytic lines, for vendors have no timesheet.
namespace q2o::mapper::builders {
namespace {

/// Seconds of "2026-04-06T08:30:00-07:00" by the wall clock: start and end bear the same offset.
std::int64_t wall_seconds(const Scope& scope, std::string_view path) {
  const std::string day = scope.date_at(path), moment = scope.text_at(path);
  const auto two_digits = [&](std::size_t at) {
    const auto digit = [&](std::size_t i) { return i < moment.size() && moment[i] >= '0' && moment[i] <= '9'; };
    if (!digit(at) || !digit(at + 1))
      refuse(path, moment, "NOT_A_DATE", fmt::format("{} has no time of day", path),
             "Correct the time activity in QuickBooks and extract it again.");
    return std::int64_t{moment[at] - '0'} * 10 + (moment[at + 1] - '0');
  };
  const std::chrono::sys_days date{std::chrono::year{std::stoi(day.substr(0, 4))} / std::stoi(day.substr(5, 2)) /
                                   std::stoi(day.substr(8, 2))};
  return std::int64_t{date.time_since_epoch().count()} * 86400 + two_digits(11) * 3600 + two_digits(14) * 60 + two_digits(17);
}

Decimal duration(const Scope& scope, const std::string& prefix) {
  const auto part = [&](const char* unit) { return scope.amount_at(prefix + unit).value_or(Decimal{}); };
  return part("Hours") * Decimal(3600) + part("Minutes") * Decimal(60) + part("Seconds");
}

/// Said as a duration, or as start, end and break.
Decimal hours(const Scope& scope) {
  Decimal seconds = duration(scope, "");
  if (seconds.is_zero() && !scope.text_at("StartTime").empty())
    seconds = Decimal(wall_seconds(scope, "EndTime") - wall_seconds(scope, "StartTime")) - duration(scope, "Break");
  if (seconds.sign() < 0)
    refuse("EndTime", scope.text_at("EndTime"), "NEGATIVE_TIME", "The time ends before it starts",
           "Correct the time activity in QuickBooks and extract it again.");
  return Decimal::divide(seconds, Decimal(3600), 2, Rounding::half_up);
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
  bool is_project = false;  ///< of the source: it has an analytic account
};

Place place_of(const Scope& scope, std::string_view part) {
  const std::string customer = scope.text_at("CustomerRef.value");
  if (customer.empty()) return {scope.company_id(part), "Time without a customer", {}, false};
  const auto& known = scope.required("Customer", customer, "CustomerRef.value");
  return {
      scope.id("Customer", customer, part), std::string(known["DisplayName"].text()), {"Customer", customer}, known["IsProject"].truthy()};
}

std::string project(const Scope& scope, std::vector<Target>& targets) {
  const Place place = place_of(scope, "project");
  if (first_use(scope, place.id)) {
    Fields values;
    values.set("name", text(place.name)).set("allow_timesheets", flag(true)).set("partner_id", scope.partner(place.customer));
    if (place.is_project) values.set("account_id", record_ref(scope.id("Customer", place.customer.id, "analytic")));
    targets.push_back(create(place.id, "project.project", "projects", values));
  }
  return place.id;
}

std::string analytic_account(const Scope& scope, std::vector<Target>& targets) {
  const Place place = place_of(scope, "analytic");
  if (first_use(scope, place.id)) {
    Fields values;
    values.set("name", text(place.name))
        .set("plan_id", xmlid("analytic.analytic_plan_projects"))
        .set("partner_id", scope.partner(place.customer));
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
    refuse("EmployeeRef", "", "REFERENCE_MISSING", "The hours name neither an employee nor a vendor",
           "Open the time activity in QuickBooks and choose who worked.");
  }
  values.set("date", text(scope.date_at("TxnDate"))).set("unit_amount", number(hours(scope))).set("name", text(caption(scope)));
  outcome.targets.push_back(create(scope.own(), "account.analytic.line", "timesheets", values));
  return outcome;
}

}  // namespace q2o::mapper::builders
