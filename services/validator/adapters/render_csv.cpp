#include <google/protobuf/util/json_util.h>

#include <fmt/format.h>

#include <stdexcept>

#include "services/validator/adapters/render.h"

namespace q2o::validator {
namespace {

/// RFC 4180; an amount may begin with a minus, a text may not begin like a formula.
std::string cell(const std::string& text, bool is_amount = false) {
  std::string value = text;
  if (!is_amount && !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos) value.insert(0, "'");
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string row(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + cells[i];
  return out + "\r\n";
}

std::string listed(const google::protobuf::RepeatedPtrField<v1::Listed>& list) {
  auto out = row({"entity", "source_id", "label", "kind", "reason", "posting", "became"});
  for (const auto& l : list) {
    out += row({cell(l.entity()), cell(l.source_id()), cell(l.label()), cell(l.kind()), cell(l.reason()), l.posting() ? "yes" : "no",
                cell(l.became())});
  }
  return out;
}

std::string uncleared(const v1::Report& report) {
  auto out = row({"account", "currency", "date", "type", "number", "name", "memo", "amount", "transaction"});
  for (const auto& account : report.uncleared()) {
    for (const auto& item : account.items()) {
      out += row({cell(account.name()), cell(account.currency()), cell(item.date()), cell(item.type()), cell(item.number()),
                  cell(item.name()), cell(item.memo()), cell(item.amount(), true), cell(item.source_id())});
    }
  }
  return out;
}

std::string accounts(const v1::Report& report) {
  auto out = row({"source_id", "name", "type", "number", "code", "odoo_name", "odoo_type"});
  for (const auto& a : report.accounts()) {
    out += row({cell(a.source_id()), cell(a.name()), cell(a.type()), cell(a.number()), cell(a.code()), cell(a.target_name()),
                cell(a.target_type())});
  }
  return out;
}

}  // namespace

RenderedFile csv_summary(const v1::Report& report) {
  auto summary = row({"section", "title", "compared", "different", "explained", "accepted", "outcome", "note"});
  for (const auto& check : report.checks()) {
    summary += row({check.name(), cell(check.title()), std::to_string(check.compared()), std::to_string(check.different()),
                    std::to_string(check.explained()), std::to_string(check.accepted()), check.outcome(), cell(check.note())});
  }
  return {"summary.csv", std::move(summary)};
}

std::string csv_lines_head() {
  return row({"subject", "period", "source", "odoo", "difference", "currency", "entity", "source_id", "result", "note"});
}

std::string csv_line(const v1::Line& l) {
  return row({cell(l.subject()), cell(l.period()), cell(l.source(), true), cell(l.target(), true), cell(l.difference(), true),
              cell(l.currency()), cell(l.entity()), cell(l.source_id()),
              !l.differs()    ? "equal"
              : l.explained() ? "explained"
              : l.accepted()  ? "accepted"
                              : "different",
              cell(l.note())});
}

std::vector<RenderedFile> csv_lists(const v1::Report& report) {
  std::vector<RenderedFile> files;
  files.push_back({"fallbacks.csv", listed(report.fallbacks())});
  files.push_back({"losses.csv", listed(report.losses())});
  files.push_back({"repairs.csv", listed(report.repairs())});
  files.push_back({"unread.csv", listed(report.unread())});
  files.push_back({"not_migrated.csv", listed(report.not_migrated())});
  files.push_back({"uncleared.csv", uncleared(report)});
  files.push_back({"accounts.csv", accounts(report)});
  if (report.base_run() != 0) {
    auto changes = row({"entity", "source_id", "number", "party", "change", "before_date", "before_amount", "after_date", "after_amount"});
    for (const auto& c : report.closed_changes()) {
      changes += row({cell(c.entity()), cell(c.source_id()), cell(c.number()), cell(c.party()), cell(c.kind()), cell(c.before_date()),
                      cell(c.before_amount(), true), cell(c.after_date()), cell(c.after_amount(), true)});
    }
    files.push_back({"closed_changes.csv", std::move(changes)});
  }
  if (report.has_acceptance()) {
    const auto& a = report.acceptance();
    files.push_back({"acceptance.csv", row({"by", "at", "reason", "differences"}) +
                                           row({cell(a.actor()), cell(a.at()), cell(a.reason()), std::to_string(a.differences())})});
  }
  auto rejects = row({"entity", "source_id", "label", "field", "value", "reason", "message", "hint"});
  for (const auto& r : report.rejects()) {
    rejects += row({cell(r.entity()), cell(r.source_id()), cell(r.label()), cell(r.field()), cell(r.value()), cell(r.reason()),
                    cell(r.message()), cell(r.hint())});
  }
  files.push_back({"rejects.csv", std::move(rejects)});
  auto settings = row({"setting", "before", "during", "restored", "note"});
  for (const auto& s : report.settings()) {
    settings += row({cell(s.name()), cell(s.before()), cell(s.during()), s.restored() ? "yes" : "no", cell(s.note())});
  }
  files.push_back({"settings.csv", std::move(settings)});
  return files;
}

std::vector<RenderedFile> render_csv(const v1::Report& report) {
  std::vector<RenderedFile> files{csv_summary(report)};
  for (const auto& check : report.checks()) {
    auto text = csv_lines_head();
    for (const auto& line : check.lines()) text += csv_line(line);
    files.push_back({check.name() + ".csv", std::move(text)});
  }
  for (auto& file : csv_lists(report)) files.push_back(std::move(file));
  return files;
}

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok())
    throw std::runtime_error("the report cannot be written as JSON");
  return out;
}

std::string render_json(const v1::Report& report) {
  return to_json(report);
}

}  // namespace q2o::validator
