#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/search.h"
#include "sandbox/odoo/rpc/output.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

Any Batch::resolve(const Any& expression, Missing& missing) {
  if (std::holds_alternative<std::monostate>(expression.data)) return Any(false);
  if (expression.is_list()) {
    List items;
    for (const Any& item : expression.list()) items.push_back(resolve(item, missing));
    return Any(std::move(items));
  }
  if (!expression.is_dict()) return expression;
  if (expression.dict().members().size() != 1) refuse(fmt::format("an expression with {} keys", expression.dict().members().size()));
  const auto& [form, argument] = expression.dict().members().front();
  if (form == "ref") return Any(look_up(argument.text(), missing).id);
  if (form == "xmlid") return Any(xmlid(argument.text(), {}, true));
  if (form == "find" || form == "find_or_false") {
    const Id id = find_id(argument, missing, form == "find");
    return id == 0 ? Any(false) : Any(id);
  }
  if (form == "company") return company_field(argument.text());
  if (form == "default") return company_default(argument);
  if (form == "refs") return replace_with(to_ids(resolve(argument, missing)));
  if (form == "lines") {
    List lines;
    for (const Any& item : argument.list()) lines.emplace_back(List{Any(0), Any(0), Any(resolve_fields(&item, missing))});
    return Any(std::move(lines));
  }
  if (form == "order_line") return order_line(argument, missing);
  if (form == "move_of") return Any(move_behind(argument.text(), missing).id());
  if (form == "holder") return Any(holder_of(argument, missing).id);
  if (form == "holder_model") {
    const Known holder = holder_of(argument, missing);
    return holder.id == 0 ? Any(false) : Any(holder.model);
  }
  if (form == "distribution") return distribution(argument, missing);
  refuse("unknown expression '" + form + "'");
}

Dict Batch::resolve_fields(const Any* fields, Missing& missing) {
  Dict resolved;
  if (!fields) return resolved;
  resolved.members().reserve(fields->dict().members().size());
  for (const auto& [name, expression] : fields->dict().members()) resolved.members().emplace_back(name, resolve(expression, missing));
  return resolved;
}

Batch::Known Batch::look_up(const std::string& name, Missing& missing) {
  const auto found = known_.find(name);
  if (found != known_.end()) return found->second;
  missing.push_back(name);
  return {};
}

Id Batch::xmlid(const std::string& text, std::string_view model, bool required) {
  std::string name = text;
  if (const auto at = name.find("{company}"); at != std::string::npos) name.replace(at, 9, "1");
  const Record record = env_.by_xmlid(name);
  if (record.exists() && (model.empty() || record.model() == model)) return record.id();
  if (required) throw user_error("The record " + name + " does not exist in this Odoo");
  return 0;
}

Id Batch::find_id(const Any& arguments, Missing& missing, bool required) {
  const List& parts = arguments.list();
  if (parts.size() != 2 && parts.size() != 3) refuse("find takes [model, domain, options]");
  const std::string text = arguments.dump();
  if (const auto found = found_.find(text); found != found_.end()) return found->second;
  const Dict options = parts.size() == 3 ? parts[2].dict() : Dict();
  check_keys("find", options, {"order", "limit"});
  const std::size_t waiting = missing.size();
  const Any domain = resolve(parts[1], missing);
  if (missing.size() > waiting) return 0;
  const std::string& model = parts[0].text();
  if (!may_read(model)) refuse("the model '" + model + "' is not one of its own");
  const Any* limit = options.find("limit");
  const Any* order = options.find("order");
  const Ids ids = env_.search(model, domain, order ? order->text() : "", limit ? static_cast<std::size_t>(limit->id()) : 2);
  if (ids.empty() && required) throw user_error(fmt::format("Nothing found for {} {}", model, parts[1].dump()));
  if (ids.size() > 1 && !limit) throw user_error(fmt::format("Several found for {} {}", model, parts[1].dump()));
  if (ids.empty()) return 0;
  return found_[text] = ids.front();
}

Record Batch::move_behind(const std::string& name, Missing& missing) {
  const Known known = look_up(name, missing);
  if (known.id == 0) return {};
  if (known.model == "account.move") return env_.record(known.model, known.id);
  if (known.model == "account.payment" || known.model == "account.bank.statement.line")
    return env_.record(known.model, known.id).ref("move_id");
  refuse(name + " has no journal entry behind it");
}

/// What bears notes and files: the first of the names that is there; of a statement line its journal entry.
Batch::Known Batch::holder_of(const Any& names, Missing& missing) {
  for (const Any& name : names.list()) {
    const auto found = known_.find(name.text());
    if (found == known_.end()) continue;
    if (found->second.model != "account.bank.statement.line") return found->second;
    return {"account.move", env_.record(found->second.model, found->second.id).ref("move_id").id()};
  }
  missing.push_back(names.list().empty() ? "" : names.list().front().text());
  return {};
}

Any Batch::company_field(const std::string& name) {
  const Record company = env_.company();
  const Field* field = company.table().model().find(name);
  if (!field) refuse("unknown company field '" + name + "'");
  const Value value = company.get(*field);
  if (field->type == Type::many2one || field->type == Type::integer)
    return value.integer() == 0 && field->type == Type::many2one ? Any(false) : Any(value.integer());
  if (field->type == Type::boolean) return Any(value.truthy());
  if (field->is_number()) return Any(value.decimal());
  return value.is_null() ? Any(false) : Any(value.text());
}

Any Batch::company_default(const Any& arguments) {
  const List& parts = arguments.list();
  if (parts.size() != 2) refuse("default takes [model, field]");
  const std::string& model = parts[0].text();
  if (!may_read(model)) refuse("the model '" + model + "' is not one of its own");
  const Id id = property_default(env_, model, parts[1].text());
  return id == 0 ? Any(false) : Any(id);
}

Any Batch::order_line(const Any& arguments, Missing& missing) {
  const List& parts = arguments.list();
  if (parts.size() != 2) refuse("order_line takes [external id, number]");
  const Known order = look_up(parts[0].text(), missing);
  if (order.id == 0) return Any(false);
  if (order.model != "sale.order" && order.model != "purchase.order") refuse(parts[0].text() + " is no order");
  Ids lines = env_.record(order.model, order.id).ids("order_line");
  std::ranges::sort(lines);
  const Id at = parts[1].id();
  if (at < 0 || static_cast<std::size_t>(at) >= lines.size())
    throw user_error(fmt::format("The order {} has no line {}", parts[0].text(), at));
  return Any(lines[static_cast<std::size_t>(at)]);
}

Any Batch::distribution(const Any& items, Missing& missing) {
  Dict shares;
  for (const Any& item : items.list()) {
    const List& parts = item.list();
    if (parts.size() != 2) refuse("distribution takes [[ids, percent]]");
    std::string key;
    for (const Id id : to_ids(resolve(parts[0], missing))) key += (key.empty() ? "" : ",") + std::to_string(id);
    shares[key] = Any(parts[1].number());
  }
  return Any(std::move(shares));
}

}  // namespace q2o::sandbox::odoo::action
