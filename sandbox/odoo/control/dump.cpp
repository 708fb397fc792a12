#include "sandbox/odoo/control/dump.h"

#include <set>

#include "sandbox/odoo/rpc/output.h"

namespace q2o::sandbox::odoo {

namespace {

using Names = std::map<std::pair<std::string, Id>, std::string>;

const std::set<std::string, std::less<>> kLeftOut{"id",
                                                  "create_date",
                                                  "write_date",
                                                  "display_name",
                                                  "matching_number",
                                                  "sequence_prefix",
                                                  "sequence_number",
                                                  "full_reconcile_id",
                                                  "datas",  // the checksum stands for the bytes
                                                  "raw",
                                                  "commercial_partner_id",
                                                  "work_contact_id",
                                                  "resource_id"};

Names all_names(Env& env, std::string_view module) {
  Names names;
  Table& data = env.database().table("ir.model.data");
  for (Id id = 1; id < data.next_id(); ++id) {
    if (!data.exists(id)) continue;
    const Record row(env, data, id);
    auto& name = names[{row.text("model"), row.link("res_id")}];
    if (name.empty() || row.text("module") == module) name = row.text("module") + "." + row.text("name");
    // The entry behind a payment or a statement line has no external id, and a number of Odoo's own.
    if (row.text("model") == "account.payment" || row.text("model") == "account.bank.statement.line") {
      const Record owner = env.record(row.text("model"), row.link("res_id"));
      if (owner.exists()) names[{"account.move", owner.link("move_id")}] = row.text("module") + "." + row.text("name");
    }
  }
  return names;
}

std::string link_name(const Names& names, const Record& target) {
  if (target.model() == "account.move.line") return link_name(names, target.ref("move_id")) + ":" + target.text("name");
  const auto found = names.find({target.model(), target.id()});
  return found != names.end() ? found->second : target.model() + ":" + target.display_name();
}

void write_record(json::Writer& out, const Record& record, const Names& names);

void write_value(json::Writer& out, const Record& record, const Field& field, const Names& names) {
  if (field.type == Type::many2one && record.env().database().schema().find(field.relation)) {
    out.string(link_name(names, record.ref(field.name)));
    return;
  }
  // A file's or a note's record is a number beside its model: numbers differ from run to run, external ids do not.
  if (field.name == "res_id") {
    const Record target = record.env().record(record.text(record.model() == "mail.message" ? "model" : "res_model"), record.link("res_id"));
    target.exists() ? out.string(link_name(names, target)) : out.null();
    return;
  }
  if (field.type == Type::many2many) {
    std::vector<std::string> links;
    for (const Record& target : record.many(field.name)) links.push_back(link_name(names, target));
    std::ranges::sort(links);
    out.begin_array();
    for (const auto& link : links) out.string(link);
    out.end_array();
    return;
  }
  write_field(out, record, field, true);
}

void write_lines(json::Writer& out, const Record& record, const Field& field, const Names& names) {
  std::vector<std::string> lines;
  for (const Record& line : record.many(field.name)) {
    json::Writer one;
    write_record(one, line, names);
    lines.push_back(one.take());
  }
  // The lines of a document have an order; those that gather on an analytic account come as the documents were posted.
  if (record.model() == "account.analytic.account") std::ranges::sort(lines);
  out.key(field.name).begin_array();
  for (const auto& line : lines) out.raw(line);
  out.end_array();
}

void write_record(json::Writer& out, const Record& record, const Names& names) {
  out.begin_object();
  for (const auto& field : record.table().model().fields) {
    const bool own_lines = field->name == "line_ids" || field->name == "order_line" || field->name == "repartition_line_ids";
    if (field->type == Type::one2many && field->column < 0 && field->path.empty() && own_lines) write_lines(out, record, *field, names);
    if (field->column < 0 || field->compute || kLeftOut.contains(field->name) || field->type == Type::one2many) continue;
    const bool back =
        record.table().model().name.find(".line") != std::string::npos && (field->name == "move_id" || field->name == "order_id");
    if (back || !record.get(*field).truthy()) continue;
    out.key(field->name);
    write_value(out, record, *field, names);
  }
  out.end_object();
}

}  // namespace

std::string dump_records(Env& env, std::string_view module) {
  const Names names = all_names(env, module);
  std::map<std::string, Record> ours;
  Table& data = env.database().table("ir.model.data");
  for (Id id = 1; id < data.next_id(); ++id) {
    if (!data.exists(id)) continue;
    const Record row(env, data, id);
    if (row.text("module") == module) ours.emplace(row.text("name"), env.record(row.text("model"), row.link("res_id")));
  }
  json::Writer out;
  out.begin_object();
  for (const auto& [name, record] : ours) {
    if (!record.exists()) continue;
    out.key(name).begin_object().field("model", record.model()).key("values");
    write_record(out, record, names);
    // Payments and statement lines: the items of the move behind them belong to them.
    if (record.model() == "account.payment" || record.model() == "account.bank.statement.line") {
      out.key("move");
      write_record(out, record.ref("move_id"), names);
    }
    out.end_object();
  }
  out.end_object();
  return out.take();
}

}  // namespace q2o::sandbox::odoo
