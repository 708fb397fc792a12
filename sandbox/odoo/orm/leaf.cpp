#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/orm/domain.h"

namespace q2o::sandbox::odoo {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// SQL's LIKE with % and _.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t]) && pattern[p] != '%')
      ++t, ++p;
    else if (p < pattern.size() && pattern[p] == '%')
      star = p++, mark = t;
    else if (star != std::string_view::npos)
      p = star + 1, t = ++mark;
    else
      return false;
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

bool text_like(const std::string& comparison, const std::string& text, const std::string& wanted) {
  const bool any_case = comparison.find("ilike") != std::string::npos;
  const std::string pattern = comparison.front() == '=' ? wanted : "%" + wanted + "%";
  return like(any_case ? lower(text) : text, any_case ? lower(pattern) : pattern);
}

bool equal(const Field& field, const Record& owner, const Value& value, const Any& wanted) {
  if (field.type == Type::boolean) return value.truthy() == wanted.truthy();
  if (wanted.empty())
    return value.is_null() || (field.is_number() && value.decimal().is_zero()) || (field.type == Type::integer && value.integer() == 0) ||
           (value.is_text() && value.text().empty());
  if (field.type == Type::many2one) {
    if (value.is_null()) return false;
    if (wanted.is_text() && wanted.id() == 0) return owner.env().record(field.relation, value.integer()).display_name() == wanted.text();
    return value.integer() == wanted.id();
  }
  if (field.type == Type::integer) return value.integer() == wanted.id();
  if (field.is_number()) return value.decimal() == wanted.number();
  if (value.is_null()) return false;
  return value.text() == wanted.text();
}

bool less(const Field& field, const Value& value, const Any& wanted) {
  if (field.is_number() || field.type == Type::integer || field.type == Type::many2one) return value.decimal() < wanted.number();
  return value.text() < wanted.text();
}

bool compare(const Domain::Leaf& leaf, const Field& field, const Record& owner, const Value& value) {
  const std::string& comparison = leaf.comparison;
  const Any& wanted = leaf.value;
  if (comparison == "=" || (comparison == "=?" && !wanted.empty())) return equal(field, owner, value, wanted);
  if (comparison == "=?") return true;
  if (comparison == "!=") return !equal(field, owner, value, wanted);
  if (comparison == "in" || comparison == "not in") {
    const bool found = std::ranges::any_of(wanted.list(), [&](const Any& one) { return equal(field, owner, value, one); });
    return found == (comparison == "in");
  }
  if (comparison.find("like") != std::string::npos) {
    const std::string text =
        field.type == Type::many2one ? owner.env().record(field.relation, value.integer()).display_name() : value.text();
    const bool negative = comparison.starts_with("not");
    return text_like(comparison, text, wanted.text()) != negative;
  }
  if (value.is_null()) return false;
  if (comparison == "<") return less(field, value, wanted);
  if (comparison == ">=") return !less(field, value, wanted);
  const bool same = equal(field, owner, value, wanted);
  if (comparison == "<=") return same || less(field, value, wanted);
  return !same && !less(field, value, wanted);
}

bool child_of(const Record& record, const Any& wanted) {
  const Ids tops = to_ids(wanted);
  const bool tree = record && record.table().model().find("parent_id");
  for (Record at = record; at; at = tree ? at.ref("parent_id") : Record())
    if (std::ranges::find(tops, at.id()) != tops.end()) return true;
  return false;
}

bool holds_from(const Domain::Leaf& leaf, std::size_t step, const Record& record) {
  const Field& field = *leaf.path[step];
  const bool last = step + 1 == leaf.path.size();
  if (field.is_many()) {
    Table& other = record.env().database().table(field.relation);
    const Value ids = record.get(field);
    if (last && leaf.value.empty()) return ids.ids().empty() == (leaf.comparison == "=");
    const bool negative = last && (leaf.comparison == "not in" || leaf.comparison == "!=");
    const bool found = std::ranges::any_of(ids.ids(), [&](Id id) {
      if (!last) return holds_from(leaf, step + 1, Record(record.env(), other, id));
      const Ids wanted = to_ids(leaf.value);
      return std::ranges::find(wanted, id) != wanted.end();
    });
    return found != negative;
  }
  if (!last) return holds_from(leaf, step + 1, record.env().record(field.relation, record.get(field).integer()));
  if (leaf.comparison == "child_of")
    return child_of(field.name == "id" ? record : record.env().record(field.relation, record.get(field).integer()), leaf.value);
  return compare(leaf, field, record, record.get(field));
}

}  // namespace

bool leaf_holds(const Domain::Leaf& leaf, const Record& record) {
  return holds_from(leaf, 0, record);
}

}  // namespace q2o::sandbox::odoo
