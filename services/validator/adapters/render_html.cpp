#include "embedded/report_css.h"
#include "services/validator/adapters/page.h"
#include "services/validator/adapters/render.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {
namespace {

std::string_view outcome_words(const v1::Check& check) {
  if (check.outcome() == "not_checked") return "could not be checked";
  if (check.outcome() == "equal") return check.compared() == 0 ? "nothing there" : "equal";
  if (check.different() == 0) return "explained";
  return check.accepted() == check.different() ? "different, accepted" : "different";
}

/// Who has accepted what, when and why.
void acceptance(Page& page, const v1::Report& report) {
  if (!report.has_acceptance()) return;
  const auto& accepted = report.acceptance();
  page.put("<p class=\"accepted\"><b>{}</b> accepted by <b>{}</b> on {}: “{}”{}</p>\n",
           counted(accepted.differences(), "difference", "differences"), escaped(accepted.actor()), moment(accepted.at()),
           escaped(accepted.reason()), report.verdict() == kDifferent ? " Others came later and are not accepted." : "");
}

std::string of_extent(const v1::Report& report) {
  return report.extent().empty() ? std::string() : " · " + report.extent();
}

void header(Page& page, const v1::Report& report) {
  page.put("<header><p class=\"company\">{} · proof of run {}{} · {}</p>\n<h1>{}</h1>\n<span class=\"verdict {}\">{}</span>\n",
           escaped(report.company_name().empty() ? "Company" : report.company_name()), report.scope().run(), escaped(of_extent(report)),
           moment(report.created_at()), escaped(report.sentence()), report.verdict() == kDifferent ? "DIFFERENT" : "",
           escaped(report.verdict()));
  acceptance(page, report);
  page.put(
      "<ul class=\"facts\"><li><b>{}</b> transactions</li><li><b>{}</b> amounts compared</li><li>differences in all sections <b>{}</b> "
      "{}</li>"
      "<li>in Odoo: <b>{}</b> created, <b>{}</b> changed, <b>{}</b> unchanged{}</li></ul></header>\n",
      with_thousands(report.transactions()), with_thousands(report.amounts_compared()), figure(report.difference()),
      escaped(report.home_currency()), with_thousands(report.created()), with_thousands(report.changed()),
      with_thousands(report.unchanged()),
      report.removed() == 0 ? std::string() : fmt::format(", <b>{}</b> taken away", with_thousands(report.removed())));
}

void summary(Page& page, const v1::Report& report) {
  page.raw(
      "<h2>What was checked</h2>\n<p class=\"quiet\">The source's own reports, as recorded during extraction, against Odoo's own ledger, "
      "as of the "
      "time above. “Explained” are differences that are exactly what a record that was not taken over would have posted or settled; where "
      "its share is not known exactly, a difference stays one.</p>\n"
      "<div class=\"wide\"><table><thead><tr><th>Section</th><th class=\"n\">Compared</th><th class=\"n\">Different</th>"
      "<th class=\"n\">Explained</th><th>Result</th></tr></thead><tbody>\n");
  for (const auto& check : report.checks()) {
    const bool bad = check.different() > 0 || check.outcome() == "not_checked";
    page.put("<tr{}><td>{}{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"word\">{}</td></tr>\n",
             bad ? " class=\"bad\"" : "", escaped(check.title()), small(check.method()), small(check.note()),
             with_thousands(check.compared()), with_thousands(check.different()), with_thousands(check.explained()), outcome_words(check));
  }
  page.raw("</tbody></table></div>\n");
}

std::string record_of(const v1::Line& line) {
  return line.source_id().empty() ? "" : fmt::format("<code>{} {}</code>", escaped(line.entity()), escaped(line.source_id()));
}

void line_row(Page& page, const v1::Line& line) {
  const std::string style = !line.differs() ? "" : line.explained() || line.accepted() ? " class=\"explained\"" : " class=\"bad\"";
  const auto currency = line.currency().empty() ? std::string() : " " + escaped(line.currency());
  page.put(
      "<tr{}><td>{}{}</td><td class=\"d\">{}</td><td class=\"n\">{}{}</td><td class=\"n\">{}{}</td><td "
      "class=\"n\">{}</td><td>{}</td></tr>\n",
      style, escaped(line.subject()), small(line.note()) + (line.accepted() ? "<small>accepted</small>" : ""), escaped(line.period()),
      figure(line.source()), currency, figure(line.target()), currency, figure(line.difference()), record_of(line));
}

constexpr auto kLineHead =
    "<div class=\"wide\"><table><thead><tr><th>What</th><th>Period</th><th class=\"n\">Source</th><th class=\"n\">Odoo</th>"
    "<th class=\"n\">Difference</th><th>Source record</th></tr></thead><tbody>\n";

void differences(Page& page, const v1::Report& report) {
  page.raw("<h2>Differences</h2>\n");
  bool any = false;
  for (const auto& check : report.checks()) {
    if (check.different() + check.explained() == 0) continue;
    any = true;
    page.put("<h3>{}</h3>\n", escaped(check.title()));
    page.raw(kLineHead);
    int shown = 0;
    for (const bool explained : {false, true}) {
      for (const auto& line : check.lines()) {
        if (line.differs() && line.explained() == explained && ++shown <= kPageRowsMax) line_row(page, line);
      }
    }
    page.raw("</tbody></table></div>\n");
    // The report may have been given with no more lines than the page shows.
    const auto all = std::max<std::uint64_t>(static_cast<std::uint64_t>(shown), check.different() + check.explained());
    if (all > kPageRowsMax) page.put("<p>{} in {}.csv.</p>\n", counted(all - kPageRowsMax, "more is", "more are"), escaped(check.name()));
  }
  for (const auto& check : report.checks()) {
    if (check.outcome() != "not_checked") continue;
    any = true;
    page.put("<h3>{}: could not be checked</h3><p>{}</p>\n", escaped(check.title()), escaped(check.note()));
  }
  if (!any) page.raw("<p>None.</p>\n");
}

/// The last trial balance in full: what an accountant looks for first.
void last_trial_balance(Page& page, const v1::Report& report) {
  for (const auto& check : report.checks()) {
    if (check.name() != "trial_balance" || check.lines().empty()) continue;
    std::string last;
    for (const auto& line : check.lines()) last = std::max(last, line.period());
    page.put(
        "<h2>Trial balance of {}</h2>\n<p class=\"quiet\">Debit positive, credit negative{}{}. All other days are in "
        "trial_balance.csv.</p>\n",
        escaped(last), report.home_currency().empty() ? "" : ", in ", escaped(report.home_currency()));
    page.raw(kLineHead);
    for (const auto& line : check.lines()) {
      if (line.period() == last) line_row(page, line);
    }
    page.raw("</tbody></table></div>\n");
  }
}

}  // namespace

std::string render_html(const v1::Report& report) {
  Page page;
  page.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<title>{} – {}{}</title>\n<style>\n",
      escaped(report.verdict()), escaped(report.company_name()), escaped(of_extent(report)));
  page.raw(::embedded::report_css::kFiles[0].text);
  page.raw("</style></head><body>\n");
  header(page, report);
  summary(page, report);
  differences(page, report);
  closed_changes(page, report);
  lists(page, report);
  uncleared(page, report);
  settings(page, report);
  last_trial_balance(page, report);
  accounts(page, report);
  page.put(
      "<footer>Quick2Odoo · migration {} · run {} · made {}. Amounts in {} unless another currency is given; compared exactly, digit by "
      "digit.</footer>\n"
      "</body></html>\n",
      escaped(report.scope().migration_id()), report.scope().run(), moment(report.created_at()), escaped(report.home_currency()));
  return page.take();
}

}  // namespace q2o::validator
