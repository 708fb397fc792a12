#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/search.h"
#include "sandbox/odoo/rpc/groups.h"
#include "sandbox/odoo/rpc/output.h"
#include "sandbox/odoo/rules/rules.h"

// The methods that every model has.
namespace q2o::sandbox::odoo {

namespace {

Search how(Env& env, const Any& order, const Any& limit, const Any& offset) {
  Search search;
  search.order = order.text();
  search.limit = static_cast<std::size_t>(limit.id());
  search.offset = static_cast<std::size_t>(offset.id());
  const Any* active = env.context.find("active_test");
  search.active_test = !active || active->truthy();
  return search;
}

void write_ids(json::Writer& out, const Ids& ids) {
  out.begin_array();
  for (const Id id : ids) out.number(id);
  out.end_array();
}

std::vector<const Field*> fields_of(const Model& model, const Any& names) {
  std::vector<const Field*> fields;
  if (names.list().empty()) {
    for (const auto& field : model.fields) fields.push_back(field.get());
    return fields;
  }
  for (const Any& name : names.list()) {
    const Field* field = model.find(name.text());
    if (!field) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name.text(), model.name));
    fields.push_back(field);
  }
  return fields;
}

void may_read(Env& env, std::string_view model) {
  if (model == "ir.model.data" && !env.user_has_group("base.group_system") && !env.user_has_group("base.group_erp_manager"))
    throw access_error(
        "You are not allowed to access 'Model Data' (ir.model.data) records.\n\nThis operation is allowed for the following groups:\n\t- "
        "Administration/Access Rights");
  if (model == "account.analytic.plan" && !env.user_has_group("analytic.group_analytic_accounting"))
    throw access_error(
        "You are not allowed to access 'Analytic Plans' (account.analytic.plan) records.\n\nThis operation is allowed for the following "
        "groups:\n\t- Technical/Analytic Accounting");
}

std::string read_records(Env& env, std::string_view model, const Ids& ids, const Any& names, bool bare) {
  may_read(env, model);
  Table& table = env.database().table(model);
  const auto fields = fields_of(table.model(), names);
  json::Writer out;
  out.begin_array();
  for (const Id id : ids) {
    const Record record(env, table, id);
    if (!record.exists()) continue;  // read of a deleted id: no error, just not there
    out.begin_object().key("id").number(id);
    for (const Field* field : fields) {
      if (field->name == "id") continue;
      out.key(field->name);
      write_field(out, record, *field, bare);
    }
    out.end_object();
  }
  out.end_array();
  return out.take();
}

bool bare_links(const Call& call) {
  const Any* load = call.kwargs.find("load");
  return load && load->empty();
}

std::string do_search(Env& env, const Call& call) {
  json::Writer out;
  write_ids(out, search(env, call.model, call.argument(0, "domain"),
                        how(env, call.argument(3, "order"), call.argument(2, "limit"), call.argument(1, "offset"))));
  return out.take();
}

std::string do_search_read(Env& env, const Call& call) {
  may_read(env, call.model);
  const Ids ids = search(env, call.model, call.argument(0, "domain"),
                         how(env, call.argument(4, "order"), call.argument(3, "limit"), call.argument(2, "offset")));
  return read_records(env, call.model, ids, call.argument(1, "fields"), bare_links(call));
}

std::string do_search_count(Env& env, const Call& call) {
  return std::to_string(search(env, call.model, call.argument(0, "domain"), how(env, {}, call.argument(1, "limit"), {})).size());
}

std::string do_read(Env& env, const Call& call) {
  return read_records(env, call.model, to_ids(call.argument(0, "ids")), call.argument(1, "fields"), bare_links(call));
}

std::string do_create(Env& env, const Call& call) {
  const Any& values = call.argument(0, "vals_list");
  if (values.is_dict()) return std::to_string(env.create_one(call.model, values.dict()));
  json::Writer out;
  write_ids(out, env.create(call.model, values.list()));
  return out.take();
}

std::string do_write(Env& env, const Call& call) {
  env.write(call.model, to_ids(call.argument(0, "ids")), call.argument(1, "vals").dict());
  return "true";
}

std::string do_unlink(Env& env, const Call& call) {
  env.unlink(call.model, to_ids(call.argument(0, "ids")));
  return "true";
}

std::string do_exists(Env& env, const Call& call) {
  Ids found;
  for (const Id id : to_ids(call.argument(0, "ids")))
    if (env.database().table(call.model).exists(id)) found.push_back(id);
  json::Writer out;
  write_ids(out, found);
  return out.take();
}

/// Rights as the tested users have them: settings need the Settings group, the rest is open to accounting users.
bool allowed(Env& env, std::string_view model, std::string_view operation) {
  const bool reading = operation == "read";
  if (model == "ir.actions.server" || model == "ir.config_parameter" || model == "decimal.precision")
    return reading || env.user_has_group("base.group_system");
  if (model == "ir.model.data" || model == "res.company")
    return (reading && model == "res.company") || env.user_has_group("base.group_system") || env.user_has_group("base.group_erp_manager");
  if (model == "account.bank.statement.line") return reading || env.user_has_group("account.group_account_basic");
  if (model == "account.analytic.plan") return env.user_has_group("analytic.group_analytic_accounting");
  return true;
}

std::string has_access(Env& env, const Call& call) {
  return allowed(env, call.model, call.argument(1, "operation").text()) ? "true" : "false";
}

std::string check_rights(Env& env, const Call& call) {
  const std::string operation = call.argument(0, "operation").text();
  if (allowed(env, call.model, operation)) return "true";
  const Any* raise = call.kwargs.find("raise_exception");
  const bool throws = call.args.size() > 1 ? call.args[1].truthy() : !raise || raise->truthy();
  if (throws)
    throw access_error(
        fmt::format("You are not allowed to {} '{}' ({}) records.", operation == "write" ? "modify" : operation, call.model, call.model));
  return "false";
}

void describe(json::Writer& out, const Field& field) {
  out.begin_object().field("type", field.type_name).field("string", field.name);
  out.field("required", field.required).field("readonly", field.readonly).field("store", field.column >= 0 && !field.compute);
  if (!field.relation.empty()) out.field("relation", field.relation);
  if (!field.selection.empty()) {
    out.key("selection").begin_array();
    for (const auto& value : field.selection) out.begin_array().string(value).string(value).end_array();
    out.end_array();
  }
  out.end_object();
}

std::string fields_get(Env& env, const Call& call) {
  const Model& model = env.database().table(call.model).model();
  const List& names = call.argument(0, "allfields").list();
  json::Writer out;
  out.begin_object();
  for (const auto& field : model.fields) {
    if (!names.empty() && std::ranges::none_of(names, [&](const Any& name) { return name.text() == field->name; })) continue;
    out.key(field->name);
    describe(out, *field);
  }
  out.end_object();
  return out.take();
}

std::string name_search(Env& env, const Call& call) {
  Any domain = call.argument(1, "args");
  List terms = domain.list();
  if (call.argument(0, "name").truthy()) terms.emplace_back(List{Any("name"), Any("ilike"), call.argument(0, "name")});
  const Any& limit = call.argument(3, "limit");
  json::Writer out;
  out.begin_array();
  for (const Id id : search(env, call.model, Any(terms), how(env, {}, limit.empty() ? Any(100) : limit, {})))
    out.begin_array().number(id).string(env.record(call.model, id).display_name()).end_array();
  out.end_array();
  return out.take();
}

}  // namespace

void add_generic_methods(Rules& rules) {
  rules.add("", "search", do_search);
  rules.add("", "search_read", do_search_read);
  rules.add("", "search_count", do_search_count);
  rules.add("", "read", do_read);
  rules.add("", "read_group", read_group);
  rules.add("", "create", do_create);
  rules.add("", "write", do_write);
  rules.add("", "unlink", do_unlink);
  rules.add("", "exists", do_exists);
  rules.add("", "has_access", has_access);
  rules.add("", "check_access_rights", check_rights);
  rules.add("", "fields_get", fields_get);
  rules.add("", "name_search", name_search);
}

}  // namespace q2o::sandbox::odoo
