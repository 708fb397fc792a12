#include "cli/diff_view.h"

#include <fmt/format.h>

#include <map>

#include "cli/terminal.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

using mapper::v1::AccountDiff;
using mapper::v1::RecordDiff;

constexpr std::size_t kRecordsShown = 5, kFieldsShown = 6, kValueShown = 60;

std::string shortened(const std::string& json) {
  if (json.empty()) return "(nothing)";
  return json.size() <= kValueShown ? json : json.substr(0, kValueShown) + "…";
}

std::string name_of(const AccountDiff& account) {
  return (account.label().empty() ? account.account() : account.label()) + (account.month().empty() ? "" : " " + account.month());
}

std::string name_of(const RecordDiff& record) {
  return record.entity() + " " + record.source_id() + (record.label().empty() ? "" : " (" + record.label() + ")") +
         (record.external_id().empty() ? "" : "  " + record.model() + " " + record.external_id());
}

std::string accounts_text(const Diff& diff) {
  if (diff.accounts.empty()) return "No account has another sum.\n";
  std::string text = fmt::format("{:<44} {:>16} {:>16} {:>16}\n", "Accounts with another sum", "before", "after", "difference");
  for (const auto& account : diff.accounts)
    text += fmt::format("  {:<42} {:>16} {:>16} {:>16}\n", name_of(account), account.before(), account.after(), account.difference());
  return text;
}

std::string record_text(const RecordDiff& record) {
  std::string text = fmt::format("  {}: {}\n", record.kind(), name_of(record));
  for (std::size_t i = 0; i < static_cast<std::size_t>(record.fields_size()) && i < kFieldsShown; ++i) {
    const auto& field = record.fields(static_cast<int>(i));
    text += fmt::format("      {}: {} → {}\n", field.path(), shortened(field.before_json()), shortened(field.after_json()));
  }
  const auto more = static_cast<std::uint64_t>(record.fields_size()) + record.fields_left_off();
  if (more > kFieldsShown) text += fmt::format("      … and {} fields more\n", more - kFieldsShown);
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + quoted(cell);
  return line + "\n";
}

}  // namespace

std::string diff_text(const Diff& diff) {
  const auto& sum = diff.summary;
  std::string text = fmt::format("Run {} (mapping {}) → run {} (mapping {})\n", sum.run_before(), sum.mapping_before().substr(0, 12),
                                 sum.run_after(), sum.mapping_after().substr(0, 12));
  if (sum.entities_size() > 0) {
    text += "Only what both runs sent on is compared:";
    for (const auto& entity : sum.entities()) text += " " + entity;
    text += "\n";
  }
  text += fmt::format("{} records of Odoo equal, {} changed, {} new, {} vanished; {} source records with another outcome\n\n",
                      grouped(sum.equal()), grouped(sum.changed()), grouped(sum.added()), grouped(sum.vanished()), grouped(sum.outcomes()));
  text += accounts_text(diff);
  std::map<std::string, std::size_t> shown;
  std::size_t left_off = 0;
  for (const auto& record : diff.records) {
    if (++shown[record.kind() + record.entity()] > kRecordsShown) {
      ++left_off;
      continue;
    }
    text += (shown.size() == 1 && shown.begin()->second == 1 ? "\nRecords\n" : "") + record_text(record);
  }
  if (left_off > 0) text += fmt::format("  … and {} more: --json or --csv have them all\n", grouped(left_off));
  return text;
}

std::string diff_json(const Diff& diff) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const auto& sum = diff.summary;
  json::Writer out;
  out.begin_object().field("run_before", number(sum.run_before())).field("run_after", number(sum.run_after()));
  out.field("mapping_before", sum.mapping_before()).field("mapping_after", sum.mapping_after());
  out.field("equal", number(sum.equal())).field("changed", number(sum.changed())).field("added", number(sum.added()));
  out.field("vanished", number(sum.vanished())).field("outcomes", number(sum.outcomes())).key("accounts").begin_array();
  for (const auto& account : diff.accounts) {
    out.begin_object().field("account", account.account()).field("label", account.label()).field("month", account.month());
    out.field("before", account.before()).field("after", account.after()).field("difference", account.difference()).end_object();
  }
  out.end_array().key("records").begin_array();
  for (const auto& record : diff.records) {
    out.begin_object().field("kind", record.kind()).field("entity", record.entity()).field("source_id", record.source_id());
    out.field("label", record.label())
        .field("external_id", record.external_id())
        .field("model", record.model())
        .key("fields")
        .begin_array();
    for (const auto& field : record.fields()) {
      out.begin_object().field("path", field.path()).key("before");
      field.before_json().empty() ? out.null() : out.raw(field.before_json());
      out.key("after");
      field.after_json().empty() ? out.null() : out.raw(field.after_json());
      out.end_object();
    }
    out.end_array().field("fields_left_off", number(record.fields_left_off())).end_object();
  }
  return out.end_array().end_object().take();
}

std::string diff_csv(const Diff& diff) {
  std::string text =
      csv_line({"kind", "entity", "source_id", "label", "external_id", "model", "field", "month", "before", "after", "difference"});
  for (const auto& account : diff.accounts)
    text += csv_line({"account", "", "", account.label(), account.account(), "account.account", "balance", account.month(),
                      account.before(), account.after(), account.difference()});
  for (const auto& record : diff.records) {
    const auto line = [&](const std::string& field, const std::string& before, const std::string& after) {
      text += csv_line({record.kind(), record.entity(), record.source_id(), record.label(), record.external_id(), record.model(), field, "",
                        before, after, ""});
    };
    if (record.fields_size() == 0) line("", "", "");
    for (const auto& field : record.fields()) line(field.path(), field.before_json(), field.after_json());
  }
  return text;
}

}  // namespace q2o::cli
