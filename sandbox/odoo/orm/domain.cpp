#include "sandbox/odoo/orm/domain.h"

#include <algorithm>
#include <set>

#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo {

namespace {

const std::set<std::string, std::less<>> kComparisons{"=",    "!=",    "<",        "<=",        ">",     ">=",     "in",       "not in",
                                                      "like", "ilike", "not like", "not ilike", "=like", "=ilike", "child_of", "=?"};

std::string show(const Any& value) {
  if (value.is_text()) return "'" + value.text() + "'";
  if (value.is_bool()) return value.truthy() ? "True" : "False";
  return value.dump();
}

}  // namespace

Domain::Domain(Env& env, const Model& model, const Any& domain) : env_(&env), model_(&model) {
  const List& terms = domain.list();
  root_.kind = Node::Kind::all;
  for (std::size_t at = 0; at < terms.size();) root_.parts.push_back(parse(terms, at));
}

Domain::Node Domain::parse(const List& terms, std::size_t& at) const {
  if (at >= terms.size()) throw value_error("Domain is incomplete");
  const Any& term = terms[at++];
  Node node;
  if (term.is_text()) {
    if (term.text() != "&" && term.text() != "|" && term.text() != "!") throw value_error("Invalid domain term " + show(term));
    node.kind = term.text() == "&" ? Node::Kind::all : term.text() == "|" ? Node::Kind::any : Node::Kind::none_of;
    node.parts.push_back(parse(terms, at));
    if (node.kind != Node::Kind::none_of) node.parts.push_back(parse(terms, at));
    return node;
  }
  const List& leaf = term.list();
  if (leaf.size() != 3) throw value_error("Invalid leaf " + term.dump());
  if (leaf[0].is_number()) {  // [1, '=', 1] and [0, '=', 1]
    node.kind = leaf[0].number() == leaf[2].number() ? Node::Kind::always : Node::Kind::never;
    return node;
  }
  node.kind = Node::Kind::leaf;
  node.leaf = parse_leaf(leaf);
  return node;
}

Domain::Leaf Domain::parse_leaf(const List& term) const {
  Leaf leaf;
  leaf.comparison = term[1].text();
  leaf.value = term[2];
  const auto refuse = [&] {
    return value_error(fmt::format("Invalid field {}.{} in leaf ('{}', '{}', {})", model_->name, term[0].text(), term[0].text(),
                                   leaf.comparison, show(leaf.value)));
  };
  if (!kComparisons.contains(leaf.comparison)) throw value_error("Invalid operator in leaf " + Any(term).dump());
  const Model* model = model_;
  std::string_view rest = term[0].text();
  while (!rest.empty()) {
    const auto dot = rest.find('.');
    const Field* field = model ? model->find(rest.substr(0, dot)) : nullptr;
    if (!field) throw refuse();
    leaf.path.push_back(field);
    model = field->relation.empty() ? nullptr : env_->database().schema().find(field->relation);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  if (leaf.path.empty()) throw refuse();
  return leaf;
}

bool Domain::matches(const Record& record) const {
  return holds(root_, record);
}

bool Domain::holds(const Node& node, const Record& record) {
  switch (node.kind) {
    case Node::Kind::always:
      return true;
    case Node::Kind::never:
      return false;
    case Node::Kind::leaf:
      return leaf_holds(node.leaf, record);
    case Node::Kind::none_of:
      return !holds(node.parts.front(), record);
    case Node::Kind::any:
      return std::ranges::any_of(node.parts, [&](const Node& part) { return holds(part, record); });
    case Node::Kind::all:
      return std::ranges::all_of(node.parts, [&](const Node& part) { return holds(part, record); });
  }
  return false;
}

bool Domain::mentions(std::string_view field) const {
  return mentions(root_, field);
}

bool Domain::mentions(const Node& node, std::string_view field) {
  if (node.kind == Node::Kind::leaf) return node.leaf.path.front()->name == field;
  return std::ranges::any_of(node.parts, [&](const Node& part) { return mentions(part, field); });
}

Id Domain::first_id() const {
  Id first = 1;
  for (const Node& part : root_.parts) {
    const Leaf& leaf = part.leaf;
    if (part.kind != Node::Kind::leaf || leaf.path.size() != 1 || leaf.path.front()->name != "id" || !leaf.value.is_number()) continue;
    if (leaf.comparison == ">") first = std::max(first, leaf.value.id() + 1);
    if (leaf.comparison == ">=") first = std::max(first, leaf.value.id());
  }
  return first;
}

std::optional<Ids> Domain::candidates(const Table& table) const {
  return narrow(root_, table, first_id());
}

std::optional<Ids> Domain::narrow(const Node& node, const Table& table, Id from) {
  if (node.kind == Node::Kind::all) {
    std::optional<Ids> best;
    for (const Node& part : node.parts) {
      auto found = narrow(part, table, from);
      if (found && (!best || found->size() < best->size())) best = std::move(found);
    }
    return best;
  }
  if (node.kind != Node::Kind::leaf || node.leaf.path.size() != 1) return std::nullopt;
  const Field& field = *node.leaf.path.front();
  const bool one = node.leaf.comparison == "=";
  if (!(one || node.leaf.comparison == "in") || (field.name != "id" && !field.indexed) || node.leaf.value.empty()) return std::nullopt;
  const List values = one ? List{node.leaf.value} : node.leaf.value.list();
  Ids ids;
  for (const Any& value : values) {
    if (value.empty()) return std::nullopt;
    if (field.name == "id") {
      if (table.exists(value.id())) ids.push_back(value.id());
      continue;
    }
    const bool link = field.type == Type::many2one || field.type == Type::integer;
    if (link && !value.is_number()) return std::nullopt;  // a search by name
    std::ranges::copy_if(table.candidates(field, link ? Value::of_integer(value.id()) : Value::of_text(value.text())),
                         std::back_inserter(ids), [from](Id id) { return id >= from; });
  }
  if (!std::ranges::is_sorted(ids)) std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace q2o::sandbox::odoo
