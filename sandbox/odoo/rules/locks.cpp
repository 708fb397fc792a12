#include "sandbox/odoo/rules/dates.h"
#include "sandbox/odoo/rules/money.h"

// Lock dates: a move in a locked period is not refused, its date moves to the first open day.
namespace q2o::sandbox::odoo {

namespace {

struct Lock {
  std::string until, label;
};

bool affects_taxes(const Record& move) {
  return std::ranges::any_of(move.many("line_ids"),
                             [](const Record& line) { return !line.ids("tax_ids").empty() || line.link("tax_repartition_line_id") != 0; });
}

Lock latest_lock(Env& env, const Record& move, const std::string& date) {
  const Record company = env.company();
  const std::string journal = move.ref("journal_id").text("type");
  Lock latest;
  const auto consider = [&](const char* field, const char* label, bool applies) {
    const std::string until = company.text(field);
    if (applies && !until.empty() && date <= until && until > latest.until) latest = {until, label};
  };
  consider("fiscalyear_lock_date", "Global Lock Date", true);
  consider("hard_lock_date", "Hard Lock Date", true);
  consider("sale_lock_date", "Sales Lock Date", journal == "sale");
  consider("purchase_lock_date", "Purchase Lock date", journal == "purchase");
  if (!company.text("tax_lock_date").empty()) consider("tax_lock_date", "Tax Return Lock Date", affects_taxes(move));
  return latest;
}

}  // namespace

std::string violated_lock(Env& env, const Record& move, const std::string& date) {
  const Lock lock = latest_lock(env, move, date);
  return lock.until.empty() ? "" : fmt::format("{} ({})", lock.label, american(lock.until));
}

std::string open_date(Env& env, const Record& move, const std::string& date) {
  const Lock lock = latest_lock(env, move, date);
  if (lock.until.empty()) return date;
  const std::string first = days_after(lock.until, 1);
  const std::string reset = move.text("name").empty() ? "month" : number_reset(move.text("name"));
  const std::string year_end = first.substr(0, 4) + "-12-31";
  if (is_sale(move.text("move_type"))) {
    if (reset == "month") return std::min(env.today, end_of_month(first));
    return reset == "year" ? std::min(env.today, year_end) : first;
  }
  if (reset == "month") return env.today.substr(0, 7) > first.substr(0, 7) ? end_of_month(first) : std::max(first, env.today);
  if (reset == "year") return env.today.substr(0, 4) > first.substr(0, 4) ? year_end : std::max(first, env.today);
  return first;
}

}  // namespace q2o::sandbox::odoo
