#include "sandbox/odoo/orm/convert.h"

#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo {

namespace {

bool digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return false;
  return std::ranges::all_of(text.substr(at, count), [](char c) { return c >= '0' && c <= '9'; });
}

int two(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_datetime(std::string_view text) {
  if (text.size() == 10) return is_date(text);
  return text.size() == 19 && is_date(text.substr(0, 10)) && text[10] == ' ' && digits_at(text, 11, 2) && text[13] == ':' &&
         digits_at(text, 14, 2) && text[16] == ':' && digits_at(text, 17, 2) && two(text, 11) < 24 && two(text, 14) < 60 &&
         two(text, 17) < 60;
}

Value to_number(Env& env, const Field& field, const Any& value) {
  if (value.is_bool()) return Value::of_decimal(Decimal(value.truthy() ? 1 : 0));
  Decimal number = value.number();
  if (value.is_text()) {
    auto parsed = Decimal::parse(value.text());
    if (!parsed) throw value_error("could not convert string to float: '" + value.text() + "'");
    number = *parsed;
  } else if (!value.is_number()) {
    throw OdooError("builtins.TypeError", "float() argument must be a string or a real number");
  }
  const int digits = digits_of(env, field);
  return Value::of_decimal(digits < 0 ? number : number.rounded(digits, Rounding::half_up));
}

Value to_integer(const Any& value) {
  if (value.is_bool()) return Value::of_integer(value.truthy() ? 1 : 0);
  if (value.is_text() && !Decimal::parse(value.text())) throw value_error("invalid literal for int() with base 10: '" + value.text() + "'");
  return Value::of_integer(value.id());
}

std::string as_text(const Any& value) {
  const std::string text = value.is_text() ? value.text() : value.dump();
  if (text.find('\0') != std::string::npos) throw value_error("A string literal cannot contain NUL (0x00) characters.");
  return text;
}

/// Odoo's sanitizer puts bare text into a paragraph.
std::string as_html(std::string text) {
  for (auto at = text.find("<br/>"); at != std::string::npos; at = text.find("<br/>")) text.replace(at, 5, "<br>");
  return text.empty() || text.front() == '<' ? text : "<p>" + text + "</p>";
}

Value to_link(Env& env, const Model& model, const Field& field, const Any& value) {
  if (value.is_text() && !Decimal::parse(value.text()))
    throw OdooError("psycopg2.errors.InvalidTextRepresentation", "invalid input syntax for type integer: \"" + value.text() + "\"\n");
  const Id id = value.id();
  if (id == 0) return {};                                                      // falsy, so empty, as in Python
  if (!env.database().schema().find(field.relation)) return Value::of_id(id);  // a model that the simulator does not play
  if (env.database().table(field.relation).exists(id)) return Value::of_id(id);
  // Odoo reads some targets before the database can complain.
  if (field.name == "parent_id" || field.name == "move_id" || field.name == "journal_id" || field.name == "account_id")
    throw missing_error(field.relation, id, env.user());
  std::string table = model.name;
  std::ranges::replace(table, '.', '_');
  throw constraint_error(
      fmt::format("another model requires the record being deleted. If possible, archive it instead.\n\nModel: {} ({})\nConstraint: "
                  "{}_{}_fkey",
                  model.name, model.name, table, field.name),
      "ForeignKeyViolation");
}

}  // namespace

bool is_date(std::string_view text) {
  static constexpr int kDays[]{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() != 10 || !digits_at(text, 0, 4) || text[4] != '-' || !digits_at(text, 5, 2) || text[7] != '-' || !digits_at(text, 8, 2))
    return false;
  const int year = two(text, 0) * 100 + two(text, 2), month = two(text, 5), day = two(text, 8);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

int digits_of(Env& env, const Field& field) {
  if (field.type != Type::floating) return -1;
  const std::string_view name = field.name;
  std::string_view precision;
  if (name == "price_unit" || name == "list_price" || name == "lst_price" || name == "standard_price")
    precision = "Product Price";
  else if (name == "quantity" || name == "product_uom_qty" || name == "product_qty")
    precision = "Product Unit of Measure";
  else if (name == "discount")
    precision = "Discount";
  if (precision.empty()) return -1;
  Table& table = env.database().table("decimal.precision");
  const Ids found = find_by(table, "name", Value::of_text(std::string(precision)));
  return found.empty() ? 2 : static_cast<int>(env.record("decimal.precision", found.front()).link("digits"));
}

Value converted(Env& env, const Model& model, const Field& field, const Any& value) {
  if (field.type == Type::boolean) return Value::of_bool(value.truthy());
  if (value.empty()) return {};
  switch (field.type) {
    case Type::integer:
      return to_integer(value);
    case Type::floating:
    case Type::monetary:
      if (model.name == "account.tax" && field.name == "amount")
        return Value::of_decimal(to_number(env, field, value).decimal().rounded(4, Rounding::half_up));
      return to_number(env, field, value);
    case Type::date: {
      const std::string text = as_text(value).substr(0, 10);
      if (!is_date(text)) throw value_error("time data '" + as_text(value) + "' does not match format '%Y-%m-%d'");
      return Value::of_text(text);
    }
    case Type::datetime: {
      const std::string text = as_text(value);
      if (!is_datetime(text)) throw value_error("time data '" + text + "' does not match format '%Y-%m-%d %H:%M:%S'");
      return Value::of_text(text.size() == 10 ? text + " 00:00:00" : text);
    }
    case Type::selection: {
      const std::string text = as_text(value);
      if (!field.selection.empty() && std::ranges::find(field.selection, text) == field.selection.end())
        throw value_error(fmt::format("Wrong value for {}.{}: '{}'", model.name, field.name, text));
      return Value::of_text(text);
    }
    case Type::many2one:
      return to_link(env, model, field, value);
    case Type::json:
      return Value::of_text(value.dump());
    default: {
      std::string text = as_text(value);
      return Value::of_text(field.type_name == "html" ? as_html(std::move(text)) : std::move(text));
    }
  }
}

}  // namespace q2o::sandbox::odoo
