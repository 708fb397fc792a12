#include <map>

#include "services/validator/adapters/page.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {
namespace {

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
    page.put("<tr><td class=\"n\">{}</td><td>{}{}</td><td>{}</td></tr>\n",
             group.members.empty() ? "all" : with_thousands(group.members.size()), escaped(group.head), small(group.hint), names);
  }
  page.raw("</tbody></table></div>\n");
}

std::string member(const std::string& entity, const std::string& id, const std::string& label) {
  if (id.empty()) return label.empty() ? entity + ", not named by the source" : label;
  return label.empty() ? entity + " " + id : label.rfind(entity, 0) == 0 ? label : fmt::format("{} {} ({})", entity, id, label);
}

std::string kind_words(const v1::Listed& listed) {
  if (listed.kind() == "ledger_lines") return "Same document, with the ledger's lines";
  if (listed.kind() == "plain_entry") return "Plain journal entry with the ledger's lines";
  if (listed.kind() == "loss") return listed.entity() + ": taken over, with a loss";
  if (listed.kind() == "repair") return listed.entity() + ": as a person decided";
  if (listed.kind() == "merged") return listed.entity() + ": part of something else";
  if (listed.kind() == "feature_off") return listed.entity() + ": the feature is off in the source";
  if (listed.kind() == "refused") return listed.entity() + ": the source refused to list it";
  if (listed.kind() == "unread") return listed.entity() + ": could not be read, " + listed.became();
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
    const bool whole_entity = entry.kind() == "feature_off" || entry.kind() == "refused";
    if (!whole_entity) group.members.push_back(member(entry.entity(), entry.source_id(), entry.label()));
  }
  groups(page, all);
}

void rejects(Page& page, const v1::Report& report) {
  page.raw("<h2>Rejected records</h2>\n");
  if (report.rejects().empty()) return page.raw("<p>None.</p>\n");
  page.raw("<p class=\"quiet\">These records were not taken over.</p>\n");
  std::map<std::string, Group> all;
  for (const auto& reject : report.rejects()) {
    auto& group = all[reject.entity() + "/" + reject.reason() + "/" + reject.message()];
    group.head = reject.entity() + ": " + reject.message();
    group.hint = reject.hint();
    group.members.push_back(member(reject.entity(), reject.source_id(), reject.label()));
  }
  groups(page, all);
}

}  // namespace

void lists(Page& page, const v1::Report& report) {
  listed(page, "Documents with the ledger's lines and plain entries",
         "The ledger decides: where a document's own lines do not give the source's postings, the ledger's lines were taken.",
         report.fallbacks());
  listed(page, "Taken over with a loss", "These records are in Odoo; what is said here is missing of them.", report.losses());
  rejects(page, report);
  listed(
      page, "Records of the source that could not be read",
      "They exist in the source, but it did not give them. Its ledger is complete: where it has their transactions, these are in Odoo as "
      "entries with the ledger's amounts.",
      report.unread());
  listed(
      page, "Repairs",
      "What people decided about records: values other than the source's, or left out; with who and when. The amounts that are booked are "
      "the ledger's all the same.",
      report.repairs());
  listed(page, "Not migrated, and why", "Records that are part of something else in Odoo or have no place there.", report.not_migrated());
}

void accounts(Page& page, const v1::Report& report) {
  page.raw("<h2>Accounts and their codes in Odoo</h2>\n");
  if (report.accounts().empty()) return page.raw("<p>None.</p>\n");
  page.raw(
      "<p class=\"quiet\">Where each account of the source went. An account number of the source is kept as code where it is unique and "
      "Odoo "
      "takes it; the other codes were chosen by the migration.</p>\n<div class=\"wide\"><table><thead><tr><th>Account in the source</th>"
      "<th>Type</th><th>Number</th><th>Code in Odoo</th><th>Name in Odoo</th><th>Type in Odoo</th></tr></thead><tbody>\n");
  for (const auto& a : report.accounts()) {
    page.put("<tr><td>{}</td><td>{}</td><td class=\"d\">{}</td><td class=\"d\">{}</td><td>{}</td><td>{}</td></tr>\n", escaped(a.name()),
             escaped(a.type()), escaped(a.number()), a.code().empty() ? "(not in Odoo)" : escaped(a.code()),
             a.target_name() == a.name() ? "the same" : escaped(a.target_name()), escaped(a.target_type()));
  }
  page.raw("</tbody></table></div>\n");
}

void uncleared(Page& page, const v1::Report& report) {
  constexpr int kItemsMax = 200;  // per account; the CSV has them all
  page.raw("<h2>Not cleared at the bank yet</h2>\n");
  if (!report.clearing_unknown().empty()) return page.put("<p>{}</p>\n", escaped(report.clearing_unknown()));
  if (report.uncleared().empty()) return page.raw("<p>None: all items of banks and cards were cleared or reconciled in the source.</p>\n");
  page.raw(
      "<p class=\"quiet\">Items of banks and cards that were neither cleared nor reconciled in the source. They are in Odoo as statement "
      "lines "
      "like all others; expect them on the next bank statements.</p>\n");
  if (!report.extent().empty())
    page.raw(
        "<p class=\"quiet\">What is older than the first day of the history is no statement line of its own in Odoo: it is part of the "
        "account's opening balance.</p>\n");
  for (const auto& account : report.uncleared()) {
    page.put("<h3>{}: {}, {} {}</h3>\n", escaped(account.name()),
             counted(static_cast<std::uint64_t>(account.items_size()), "item", "items"), figure(account.amount()),
             escaped(account.currency()));
    page.raw(
        "<div class=\"wide\"><table><thead><tr><th>Date</th><th>What</th><th>Name</th><th>Memo</th><th class=\"n\">Amount</th>"
        "<th>Transaction</th></tr></thead><tbody>\n");
    int shown = 0;
    for (const auto& item : account.items()) {
      if (++shown > kItemsMax) break;
      page.put("<tr><td class=\"d\">{}</td><td>{} {}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td><code>{}</code></td></tr>\n",
               escaped(item.date()), escaped(item.type()), escaped(item.number()), escaped(item.name()), escaped(item.memo()),
               figure(item.amount()), escaped(item.source_id()));
    }
    page.raw("</tbody></table></div>\n");
    if (account.items_size() > kItemsMax)
      page.put("<p>{} in uncleared.csv.</p>\n",
               counted(static_cast<std::uint64_t>(account.items_size() - kItemsMax), "more is", "more are"));
  }
}

void closed_changes(Page& page, const v1::Report& report) {
  if (report.base_run() == 0) return;  // nobody asked what has changed
  page.raw("<h2>Changes in closed books</h2>\n");
  if (report.closed_changes().empty()) return page.put("<p>None since run {}.</p>\n", report.base_run());
  page.put(
      "<p class=\"quiet\">Changed in the source since run {}, although its books, or those in Odoo by a lock date, were closed until after "
      "their date. Odoo follows; whoever has handed in figures of that time should know.</p>\n<div "
      "class=\"wide\"><table><thead><tr><th>What</th><th>Change</th><th>Before</th>"
      "<th class=\"n\">Amount</th><th>After</th><th class=\"n\">Amount</th></tr></thead><tbody>\n",
      report.base_run());
  for (const auto& c : report.closed_changes()) {
    page.put(
        "<tr><td>{}{}</td><td>{}</td><td class=\"d\">{}</td><td class=\"n\">{}</td><td class=\"d\">{}</td><td "
        "class=\"n\">{}</td></tr>\n",
        escaped(member(c.entity(), c.source_id(), c.number())), small(c.party()), escaped(c.kind()), escaped(c.before_date()),
        figure(c.before_amount()), escaped(c.after_date()), figure(c.after_amount()));
  }
  page.raw("</tbody></table></div>\n");
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

}  // namespace q2o::validator
