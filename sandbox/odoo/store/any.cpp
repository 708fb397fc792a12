#include "sandbox/odoo/store/value.h"

namespace q2o::sandbox::odoo {

Any Any::from(const json::Value& value) {
  using Kind = json::Value::Kind;
  switch (value.kind()) {
    case Kind::null:
      return {};
    case Kind::boolean:
      return Any(value.truthy());
    case Kind::number: {
      auto number = value.decimal();
      // A number that no exact decimal can hold stays text; the field's own conversion then refuses or keeps it.
      if (!number) return Any(std::string(value.text()));
      return Any(*number);
    }
    case Kind::string:
      return Any(std::string(value.text()));
    case Kind::array: {
      List list;
      list.reserve(value.items().size());
      for (const auto& item : value.items()) list.push_back(from(item));
      return Any(std::move(list));
    }
    case Kind::object: {
      Dict dict;
      dict.members().reserve(value.members().size());
      for (const auto& member : value.members()) dict.members().emplace_back(std::string(member.key), from(member.value));
      return Any(std::move(dict));
    }
  }
  return {};
}

bool Any::empty() const {
  if (std::holds_alternative<std::monostate>(data)) return true;
  const bool* flag = std::get_if<bool>(&data);
  return flag && !*flag;
}

bool Any::truthy() const {
  if (empty()) return false;
  if (is_number()) return !number().is_zero();
  if (is_text()) return !text().empty();
  if (is_list()) return !list().empty();
  if (is_dict()) return !dict().members().empty();
  return true;
}

Id Any::id() const {
  if (const auto* number = std::get_if<Decimal>(&data)) return static_cast<Id>(number->rounded(0, Rounding::down).unscaled());
  if (const auto* text = std::get_if<std::string>(&data)) {
    const auto parsed = Decimal::parse(*text);
    if (parsed && parsed->scale() == 0) return static_cast<Id>(parsed->unscaled());
  }
  return 0;
}

Decimal Any::number() const {
  if (const auto* number = std::get_if<Decimal>(&data)) return *number;
  if (const auto* text = std::get_if<std::string>(&data)) {
    if (const auto parsed = Decimal::parse(*text)) return *parsed;
  }
  return {};
}

const std::string& Any::text() const {
  static const std::string kNone;
  const auto* text = std::get_if<std::string>(&data);
  return text ? *text : kNone;
}

const List& Any::list() const {
  static const List kNone;
  const auto* list = std::get_if<List>(&data);
  return list ? *list : kNone;
}

const Dict& Any::dict() const {
  static const Dict kNone;
  const auto* dict = std::get_if<Dict>(&data);
  return dict ? *dict : kNone;
}

void Any::write(json::Writer& out) const {
  if (const bool* flag = std::get_if<bool>(&data)) {
    out.boolean(*flag);
  } else if (is_number()) {
    out.number(number());
  } else if (is_text()) {
    out.string(text());
  } else if (is_list()) {
    out.begin_array();
    for (const Any& item : list()) item.write(out);
    out.end_array();
  } else if (is_dict()) {
    out.begin_object();
    for (const auto& [key, value] : dict().members()) {
      out.key(key);
      value.write(out);
    }
    out.end_object();
  } else {
    out.null();
  }
}

std::string Any::dump() const {
  json::Writer out;
  write(out);
  return out.take();
}

bool operator==(const Any& a, const Any& b) {
  if (a.empty() && b.empty()) return true;
  if (a.data.index() != b.data.index()) return false;
  if (a.is_number()) return a.number() == b.number();
  return a.dump() == b.dump();
}

Ids to_ids(const Any& value) {
  Ids ids;
  if (value.is_number()) return {value.id()};
  for (const Any& item : value.list()) ids.push_back(item.id());
  return ids;
}

Any replace_with(const Ids& ids) {
  List list;
  for (const Id id : ids) list.emplace_back(id);
  return Any(List{Any(List{Any(6), Any(0), Any(std::move(list))})});
}

}  // namespace q2o::sandbox::odoo
