#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/convert.h"
#include "sandbox/odoo/orm/env.h"
#include "sandbox/odoo/orm/tracking.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

namespace {

const Field& writable(const Model& model, const std::string& name) {
  const Field* field = model.find(name);
  if (!field) throw value_error(fmt::format("Invalid field '{}' on model '{}'", name, model.name));
  return *field;
}

OdooError required_error(const Model& model, const Field& field) {
  return constraint_error(
      fmt::format("\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If "
                  "possible, archive it instead.\n\nModel: {} ({})\nField: {} ({})\n",
                  model.name, model.name, field.name, field.name),
      "NotNullViolation");
}

void check_required(const Record& record) {
  for (const auto& field : record.table().model().fields)
    if (field->required && field->column >= 0 && !field->compute && record.table().get(record.id(), field->column).is_null())
      throw required_error(record.table().model(), *field);
}

/// The commands of a one2many: [0,0,values] [1,id,values] [2,id] [3,id] [4,id] [5] [6,0,ids].
void apply_children(Env& env, const Record& owner, const Field& field, const Any& commands) {
  List fresh;
  for (const Any& command : commands.list()) {
    const List& parts = command.list();
    const Id code = parts.empty() ? -1 : parts[0].id();
    if (code == 0 && parts.size() == 3) {
      Dict values = parts[2].dict();
      values[field.inverse] = Any(owner.id());
      if (field.name == "invoice_repartition_line_ids") values["document_type"] = Any("invoice");
      if (field.name == "refund_repartition_line_ids") values["document_type"] = Any("refund");
      fresh.emplace_back(std::move(values));
    } else if (code == 1 && parts.size() == 3) {
      env.write(field.relation, {parts[1].id()}, parts[2].dict());
    } else if (code == 2 && parts.size() >= 2) {
      env.unlink(field.relation, {parts[1].id()});
    } else if (code == 4 && parts.size() >= 2) {
      env.write(field.relation, {parts[1].id()}, [&] {
        Dict values;
        values[field.inverse] = Any(owner.id());
        return values;
      }());
    } else if (code == 5) {
      env.unlink(field.relation, owner.ids(field.name));
    } else if (code == 6 && parts.size() == 3) {
      Dict values;
      values[field.inverse] = Any(owner.id());
      env.write(field.relation, to_ids(parts[2]), values);
    } else {
      throw value_error("Invalid command " + command.dump());
    }
  }
  if (!fresh.empty()) env.create(field.relation, std::move(fresh));
}

/// The commands of a many2many; the links themselves are a list of ids.
Ids linked(Env& env, const Record& owner, const Field& field, const Any& commands) {
  Ids ids = owner.get(field).ids();
  const auto known = env.database().schema().find(field.relation) != nullptr;
  const auto add = [&](Id id) {
    if (known && !env.database().table(field.relation).exists(id)) throw missing_error(field.relation, id, env.user());
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  for (const Any& command : commands.list()) {
    if (command.is_number()) {
      add(command.id());
      continue;
    }
    const List& parts = command.list();
    const Id code = parts.empty() ? -1 : parts[0].id();
    if (code == 0 && parts.size() == 3)
      add(env.create_one(field.relation, parts[2].dict()));
    else if ((code == 2 || code == 3) && parts.size() >= 2)
      std::erase(ids, parts[1].id());
    else if (code == 4 && parts.size() >= 2)
      add(parts[1].id());
    else if (code == 5)
      ids.clear();
    else if (code == 6 && parts.size() == 3) {
      ids.clear();
      for (const Id id : to_ids(parts[2])) add(id);
    } else
      throw value_error("Invalid command " + command.dump());
  }
  return ids;
}

/// Stores plain fields; hands lists and delegated fields to their owners.
void assign(Env& env, const Record& record, const Dict& values) {
  const Model& model = record.table().model();
  std::vector<std::pair<const Field*, const Any*>> later;
  for (const auto& [name, value] : values.members()) {
    const Field& field = writable(model, name);
    if (field.name == "id" || field.compute) continue;
    if (field.is_many() || !field.path.empty())
      later.emplace_back(&field, &value);
    else
      env.store(record, name, converted(env, model, field, value));
  }
  for (const auto& [field, value] : later) {
    if (!field->path.empty()) {
      // A related field is written through only where Odoo does so: what a product has of its template, a statement line of its entry, a
      // company of its partner.
      constexpr std::array<std::string_view, 3> kThrough{"product.product", "account.bank.statement.line", "res.company"};
      const bool inherits = std::ranges::find(kThrough, model.name) != kThrough.end() && field->path.size() == 2;
      const Record owner = inherits ? record.ref(field->path.front()) : Record();
      if (owner) {
        Dict forwarded;
        forwarded[field->path.back()] = *value;
        env.write(owner.model(), {owner.id()}, forwarded);
      }
    } else if (field->type == Type::one2many && field->column < 0) {
      apply_children(env, record, *field, *value);
    } else {
      env.store(record, field->name, Value::of_ids(linked(env, record, *field, *value)));
    }
  }
}

void add_defaults(const Model& model, Dict& values) {
  for (const auto& field : model.fields)
    if (field->has_fallback && !values.has(field->name)) values[field->name] = Any(field->fallback);
}

}  // namespace

Id Env::create_one(std::string_view model, Dict values) {
  return create(model, List{Any(std::move(values))}).front();
}

Ids Env::create(std::string_view name, List list) {
  Table& table = database_->table(name);
  const ModelRules& rules = rules_->of(name);
  Ids ids;
  ids.reserve(list.size());
  for (Any& entry : list) {
    if (!entry.is_dict()) throw OdooError("builtins.TypeError", "create() expects a list of dictionaries");
    Dict& values = std::get<Dict>(entry.data);
    add_defaults(table.model(), values);
    if (rules.before_create) rules.before_create(*this, values);
    const Record record(*this, table, database_->create(table));
    store(record, "create_date", Value::of_text(now));
    store(record, "write_date", Value::of_text(now));
    assign(*this, record, values);
    check_required(record);
    if (rules.after_create) rules.after_create(*this, record, values);
    ids.push_back(record.id());
  }
  if (rules.after_batch) rules.after_batch(*this, ids);
  return ids;
}

void Env::write(std::string_view name, const Ids& ids, const Dict& values) {
  Table& table = database_->table(name);
  const ModelRules& rules = rules_->of(name);
  for (const auto& member : values.members()) writable(table.model(), member.first);
  for (const Id id : ids) {
    const Record record(*this, table, id);
    if (!record.exists()) throw missing_error(name, id, user_);
    Dict own = values;
    if (rules.before_write) rules.before_write(*this, record, own);
    const Tracking tracking(*this, record, own);
    assign(*this, record, own);
    store(record, "write_date", Value::of_text(now));
    check_required(record);
    tracking.tell();
    if (rules.after_write) rules.after_write(*this, record, own);
  }
}

void Env::unlink(std::string_view name, const Ids& ids) {
  Table& table = database_->table(name);
  const ModelRules& rules = rules_->of(name);
  for (const Id id : ids) {
    const Record record(*this, table, id);
    if (!record.exists()) throw missing_error(name, id, user_);
    if (rules.before_unlink) rules.before_unlink(*this, record);
    if (!record.exists()) continue;
    release_links(name, id);
    database_->remove(table, id);
  }
}

}  // namespace q2o::sandbox::odoo
