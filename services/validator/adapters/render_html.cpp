#include <fmt/format.h>

#include <map>

#include "embedded/report_css.h"
#include "services/validator/adapters/render.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {
namespace {

constexpr int kRowsMax = 500;  // per table; the CSV has them all

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool is_amount(std::string_view text) {
  return !text.empty() && text.find_first_not_of("-0123456789.") == std::string_view::npos;
}

/// "-1,234.50" with a real minus sign; anything else as it is.
std::string figure(const std::string& text) {
  if (!is_amount(text) || text.find('-', 1) != std::string::npos) return escaped(text);
  const bool negative = text.front() == '-';
  const auto digits = text.substr(negative ? 1 : 0);
  const auto point = std::min(digits.find('.'), digits.size());
  auto whole = digits.substr(0, point);
  for (auto at = static_cast<std::ptrdiff_t>(whole.size()) - 3; at > 0; at -= 3) whole.insert(static_cast<std::size_t>(at), ",");
  return (negative ? "−" : "") + whole + digits.substr(point);
}

std::string small(const std::string& text) {
  return text.empty() ? "" : "<small>" + escaped(text) + "</small>";
}

class Page {
 public:
  void raw(std::string_view html) { out_ += html; }
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string_view outcome_words(const v1::Check& check) {
  if (check.outcome() == "not_checked") return "could not be checked";
  if (check.outcome() == "equal") return check.compared() == 0 ? "nothing there" : "equal";
  return check.different() > 0 ? "different" : "explained";
}

void header(Page& page, const v1::Report& report) {
  page.put("<header><p class=\"company\">{} · proof of run {} · {}</p>\n<h1>{}</h1>\n<span class=\"verdict {}\">{}</span>\n",
           escaped(report.company_name().empty() ? "Company" : report.company_name()), report.scope().run(), escaped(report.created_at()),
           escaped(report.sentence()), report.verdict() == kDifferent ? "DIFFERENT" : "", escaped(report.verdict()));
  page.put(
      "<ul class=\"facts\"><li><b>{}</b> transactions</li><li><b>{}</b> amounts compared</li><li>difference <b>{}</b> {}</li>"
      "<li>in Odoo: <b>{}</b> created, <b>{}</b> changed, <b>{}</b> unchanged</li></ul></header>\n",
      with_thousands(report.transactions()), with_thousands(report.amounts_compared()), figure(report.difference()),
      escaped(report.home_currency()), with_thousands(report.created()), with_thousands(report.changed()),
      with_thousands(report.unchanged()));
}

void summary(Page& page, const v1::Report& report) {
  page.raw(
      "<h2>What was checked</h2>\n<p class=\"quiet\">The source's own reports, as recorded during extraction, against Odoo's own ledger, "
      "as of the "
      "time above. “Explained” are differences that are exactly what a record that was not taken over would have posted.</p>\n"
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
  const std::string style = !line.differs() ? "" : line.explained() ? " class=\"explained\"" : " class=\"bad\"";
  const auto currency = line.currency().empty() ? std::string() : " " + escaped(line.currency());
  page.put(
      "<tr{}><td>{}{}</td><td class=\"d\">{}</td><td class=\"n\">{}{}</td><td class=\"n\">{}{}</td><td "
      "class=\"n\">{}</td><td>{}</td></tr>\n",
      style, escaped(line.subject()), small(line.note()), escaped(line.period()), figure(line.source()), currency, figure(line.target()),
      currency, figure(line.difference()), record_of(line));
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
        if (line.differs() && line.explained() == explained && ++shown <= kRowsMax) line_row(page, line);
      }
    }
    page.raw("</tbody></table></div>\n");
    if (shown > kRowsMax) page.put("<p>{} more are in {}.csv.</p>\n", shown - kRowsMax, escaped(check.name()));
  }
  for (const auto& check : report.checks()) {
    if (check.outcome() != "not_checked") continue;
    any = true;
    page.put("<h3>{}: could not be checked</h3><p>{}</p>\n", escaped(check.title()), escaped(check.note()));
  }
  if (!any) page.raw("<p>None.</p>\n");
}

/// Records with one reason stand together: never a wall of the same line.
struct Group {
  std::string head, hint;
  std::vector<std::string> members;
};

void groups(Page& page, const std::map<std::string, Group>& all) {
  constexpr std::size_t kNamed = 25;
  page.raw("<div class=\"wide\"><table><thead><tr><th class=\"n\">Records</th><th>Why</th><th>Which</th></tr></thead><tbody>\n");
  for (const auto& [key, group] : all) {
    std::string names;
    for (std::size_t i = 0; i < group.members.size() && i < kNamed; ++i) names += (i == 0 ? "" : "; ") + escaped(group.members[i]);
    if (group.members.size() > kNamed) names += fmt::format("; and {} more", group.members.size() - kNamed);
    page.put("<tr><td class=\"n\">{}</td><td>{}{}</td><td>{}</td></tr>\n", with_thousands(group.members.size()), escaped(group.head),
             small(group.hint), names);
  }
  page.raw("</tbody></table></div>\n");
}

std::string member(const std::string& entity, const std::string& id, const std::string& label) {
  return label.empty() ? entity + " " + id : label.rfind(entity, 0) == 0 ? label : fmt::format("{} {} ({})", entity, id, label);
}

std::string kind_words(const v1::Listed& listed) {
  if (listed.kind() == "ledger_lines") return "Same document, with the ledger's lines";
  if (listed.kind() == "plain_entry") return "Plain journal entry with the ledger's lines";
  if (listed.kind() == "loss") return listed.entity() + ": taken over, with a loss";
  if (listed.kind() == "merged") return listed.entity() + ": part of something else";
  return listed.entity() + (listed.posting() ? ": left out although it posts" : ": has no place in Odoo");
}

void listed(Page& page, const std::string& title, const std::string& explanation,
            const google::protobuf::RepeatedPtrField<v1::Listed>& list) {
  page.put("<h2>{}</h2>\n", title);
  if (list.empty()) return page.raw("<p>None.</p>\n");
  page.put("<p class=\"quiet\">{}</p>\n", explanation);
  std::map<std::string, Group> all;
  for (const auto& entry : list) {
    auto& group = all[kind_words(entry) + "/" + entry.reason()];
    group.head = kind_words(entry);
    group.hint = entry.reason();
    group.members.push_back(member(entry.entity(), entry.source_id(), entry.label()));
  }
  groups(page, all);
}

void rejects(Page& page, const v1::Report& report) {
  page.raw("<h2>Rejected records</h2>\n");
  if (report.rejects().empty()) return page.raw("<p>None.</p>\n");
  page.raw("<p class=\"quiet\">These records were not taken over. Everything else was.</p>\n");
  std::map<std::string, Group> all;
  for (const auto& reject : report.rejects()) {
    auto& group = all[reject.entity() + "/" + reject.reason() + "/" + reject.message()];
    group.head = reject.entity() + ": " + reject.message();
    group.hint = reject.hint();
    group.members.push_back(member(reject.entity(), reject.source_id(), reject.label()));
  }
  groups(page, all);
}

void settings(Page& page, const v1::Report& report) {
  page.raw("<h2>Settings changed in Odoo</h2>\n");
  if (report.settings().empty()) return page.raw("<p>None.</p>\n");
  page.raw(
      "<div class=\"wide\"><table><thead><tr><th>Setting</th><th>Before</th><th>During the run</th><th>Now</th></tr></thead><tbody>\n");
  for (const auto& s : report.settings()) {
    page.put("<tr><td>{}{}</td><td>{}</td><td>{}</td><td class=\"word\">{}</td></tr>\n", escaped(s.name()), small(s.note()),
             escaped(s.before()), escaped(s.during()), s.restored() ? "put back" : "kept as during the run");
  }
  page.raw("</tbody></table></div>\n");
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
      "<title>{} – {}</title>\n<style>\n",
      escaped(report.verdict()), escaped(report.company_name()));
  page.raw(::embedded::report_css::kFiles[0].text);
  page.raw("</style></head><body>\n");
  header(page, report);
  summary(page, report);
  differences(page, report);
  listed(page, "Documents with the ledger's lines and plain entries",
         "The ledger decides: where a document's own lines do not give the source's postings, the ledger's lines were taken.",
         report.fallbacks());
  listed(page, "Taken over with a loss", "These records are in Odoo; what is said here is missing of them.", report.losses());
  rejects(page, report);
  listed(page, "Not migrated, and why", "Records that are part of something else in Odoo or have no place there.", report.not_migrated());
  settings(page, report);
  last_trial_balance(page, report);
  page.put(
      "<footer>Quick2Odoo · migration {} · run {} · made {}. Amounts in {} unless another currency is given; compared exactly, digit by "
      "digit.</footer>\n"
      "</body></html>\n",
      escaped(report.scope().migration_id()), report.scope().run(), escaped(report.created_at()), escaped(report.home_currency()));
  return page.take();
}

}  // namespace q2o::validator
