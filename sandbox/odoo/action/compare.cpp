#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/convert.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

/// Commands of a many2many, or plain ids, as a set; nullopt when they are something else.
std::optional<std::set<Id>> linked(const Any& commands) {
  std::set<Id> ids;
  for (const Any& command : commands.list()) {
    if (!command.is_list()) {
      ids.insert(command.id());
      continue;
    }
    const List& parts = command.list();
    const Id code = parts.empty() ? -1 : parts[0].id();
    if (code == 6 && parts.size() == 3) {
      ids.clear();
      for (const Id id : to_ids(parts[2])) ids.insert(id);
    } else if (code == 4 && parts.size() >= 2) {
      ids.insert(parts[1].id());
    } else {
      return std::nullopt;
    }
  }
  return ids;
}

bool line_is(const Record& line, const Dict& values) {
  const bool due = line.model() == "account.move.line" && line.text("display_type") == "payment_term";
  return std::ranges::all_of(values.members(), [&](const auto& member) {
    return (due && member.first == "name") || !differs(line, member.first, member.second);  // Odoo names the due item itself
  });
}

/// Multisets of lines, compared on the fields that were sent; nearly always they stand in the same order.
bool lines_differ(std::vector<Record> lines, const Any& commands) {
  std::vector<const Dict*> wanted;
  for (const Any& command : commands.list()) {
    const List& parts = command.list();
    if (parts.size() != 3 || parts[0].id() != 0) return true;
    wanted.push_back(&parts[2].dict());
  }
  if (lines.size() != wanted.size()) return true;
  std::ranges::sort(lines, {}, [](const Record& line) { return line.id(); });
  std::vector<Record> left;
  std::vector<const Dict*> unmet;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (line_is(lines[i], *wanted[i])) continue;
    left.push_back(lines[i]);
    unmet.push_back(wanted[i]);
  }
  for (const Dict* values : unmet) {
    const auto hit = std::ranges::find_if(left, [&](const Record& line) { return line_is(line, *values); });
    if (hit == left.end()) return true;
    left.erase(hit);
  }
  return false;
}

std::map<std::string, Decimal> shares(const Any& distribution) {
  std::map<std::string, Decimal> result;
  for (const auto& [key, share] : distribution.dict().members()) {
    std::vector<std::string> ids;
    std::stringstream stream(key);
    for (std::string id; std::getline(stream, id, ',');) ids.push_back(id);
    std::ranges::sort(ids);
    result[fmt::format("{}", fmt::join(ids, ","))] = share.number().rounded(6, Rounding::half_up);
  }
  return result;
}

Any stored_json(const Record& record, const Field& field) {
  const auto document = json::Document::parse(record.get(field).text().empty() ? "{}" : record.get(field).text());
  return document ? Any::from(document->root()) : Any();
}

bool scalar_differs(const Record& record, const Field& field, const Any& given) {
  Any value = given;
  if (field.name == "website" && value.truthy() && value.text().find("://") == std::string::npos) value = Any("http://" + value.text());
  const Value stored = record.get(field);
  const Value wanted = converted(record.env(), record.table().model(), field, value);
  if (field.is_number()) {
    const Decimal amount = field.type == Type::monetary ? wanted.decimal().rounded(2, Rounding::half_up) : wanted.decimal();
    return stored.decimal() != amount;
  }
  if (!stored.truthy() && !wanted.truthy()) return false;
  return !(stored == wanted);
}

}  // namespace

bool differs(const Record& record, const std::string& name, const Any& value) {
  if (name == "line_ids" && record.model() == "account.payment") return lines_differ(record.ref("move_id").many("line_ids"), value);
  const Field* field = record.table().model().find(name);
  if (!field) throw user_error(fmt::format("Invalid field '{}' on model '{}'", name, record.model()));
  switch (field->type) {
    case Type::many2one:
      return record.get(*field).integer() != value.id();
    case Type::many2many: {
      const Ids ids = record.get(*field).ids();
      return linked(value) != std::set<Id>(ids.begin(), ids.end());
    }
    case Type::one2many:
      return lines_differ(record.many(name), value);
    case Type::json:
      return shares(stored_json(record, *field)) != shares(value);
    default:
      break;
  }
  if (name == "customer_rank" || name == "supplier_rank") return record.link(name) < value.id();  // posting adds to them
  return scalar_differs(record, *field, value);
}

Dict differences(const Record& record, const Dict& values) {
  Dict changes;
  for (const auto& [name, value] : values.members())
    if (differs(record, name, value)) changes[name] = value;
  return changes;
}

}  // namespace q2o::sandbox::odoo::action
