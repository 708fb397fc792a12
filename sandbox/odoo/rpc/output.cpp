#include "sandbox/odoo/rpc/output.h"

namespace q2o::sandbox::odoo {

std::string as_float(const Decimal& value) {
  std::string text = value.to_string();
  const auto dot = text.find('.');
  if (dot == std::string::npos) return text + ".0";
  while (text.back() == '0' && text[text.size() - 2] != '.') text.pop_back();
  return text;
}

namespace {

void write_link(json::Writer& out, const Record& record, const Field& field, Id id, bool bare) {
  if (id == 0) {
    out.boolean(false);
    return;
  }
  if (bare || !record.env().database().schema().find(field.relation)) {
    out.number(id);
    return;
  }
  out.begin_array().number(id).string(record.env().record(field.relation, id).display_name()).end_array();
}

}  // namespace

void write_field(json::Writer& out, const Record& record, const Field& field, bool bare_links) {
  const Value value = record.get(field);
  switch (field.type) {
    case Type::boolean:
      out.boolean(value.truthy());
      return;
    case Type::integer:
      out.number(value.integer());
      return;
    case Type::floating:
    case Type::monetary:
      out.raw(as_float(value.decimal()));
      return;
    case Type::many2one:
      write_link(out, record, field, value.integer(), bare_links);
      return;
    case Type::one2many:
    case Type::many2many:
      out.begin_array();
      for (const Id id : value.ids()) out.number(id);
      out.end_array();
      return;
    case Type::json:
      if (value.is_null())
        out.boolean(false);
      else
        out.raw(value.text());
      return;
    case Type::datetime:  // kept to the microsecond, shown to the second
      if (value.is_null())
        out.boolean(false);
      else
        out.string(value.text().substr(0, 19));
      return;
    default:
      if (value.is_null())
        out.boolean(false);
      else
        out.string(value.text());
  }
}

}  // namespace q2o::sandbox::odoo
