#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/language/nodes.h"
#include "services/mapper/domain/losses.h"

namespace q2o::mapper::language {
namespace {

Finish compile_finish(const json::Value& value, const std::string& place, std::string field, CompileContext& context) {
  Finish finish;
  finish.field = std::move(field);
  const auto& transforms = value["transforms"];
  if (!transforms.is_null() && !transforms.is_array()) context.complaints.add(below(place, "transforms"), "must be a list");
  std::size_t index = 0;
  for (const auto& transform : transforms.items()) {
    if (auto step = bind_transform(transform, context.tables, below(below(place, "transforms"), index++), context.complaints))
      finish.steps.push_back(std::move(step));
  }
  if (value.has("default")) finish.otherwise = compile(value["default"], below(place, "default"), context);
  finish.required = flag_member(value, "required", place, context.complaints);
  finish.omit = flag_member(value, "omit", place, context.complaints);
  if (finish.required && (finish.otherwise || finish.omit)) context.complaints.add(place, "required excludes default and omit");
  return finish;
}

NodePtr compile_path(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"path", "transforms", "default", "required", "omit"}, place, context.complaints);
  const std::string path = text_member(value, "path", true, place, context.complaints);
  return std::make_unique<PathNode>(Path(path), compile_finish(value, place, path, context));
}

/// The first path in a template: what a message about it names.
std::string first_path(const json::Value& value) {
  if (value.has("path")) return std::string(value["path"].text());
  for (const auto& item : value.items()) {
    if (auto found = first_path(item); !found.empty()) return found;
  }
  for (const auto& member : value.members()) {
    if (auto found = first_path(member.value); !found.empty()) return found;
  }
  return {};
}

/// The path of the source that a reference's key comes from: a member of another record where that one names it.
std::string key_path(const json::Value& key) {
  const auto field = key["lookup"]["field"].text();
  return field.ends_with(".value") ? std::string(field) : first_path(key);
}

void name_reference(const std::string& path, CompileContext& context) {
  if (context.reference_names != nullptr && !path.empty()) context.reference_names->emplace(reference_name(path));
}

std::vector<NodePtr> compile_list(const json::Value& list, const std::string& place, CompileContext& context) {
  std::vector<NodePtr> nodes;
  if (!list.is_array() || list.items().empty()) context.complaints.add(place, "must be a list that is not empty");
  std::size_t index = 0;
  for (const auto& item : list.items()) nodes.push_back(compile(item, below(place, index++), context));
  return nodes;
}

NodePtr compile_first_of(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"first_of", "transforms", "default", "required", "omit"}, place, context.complaints);
  auto items = compile_list(value["first_of"], below(place, "first_of"), context);
  return std::make_unique<FirstOf>(std::move(items), compile_finish(value, place, first_path(value["first_of"]), context));
}

NodePtr compile_concat(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"concat", "separator", "transforms", "default", "required", "omit"}, place, context.complaints);
  auto items = compile_list(value["concat"], below(place, "concat"), context);
  return std::make_unique<Concat>(std::move(items), text_member(value, "separator", false, place, context.complaints),
                                  compile_finish(value, place, first_path(value["concat"]), context));
}

NodePtr compile_lookup(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"lookup", "transforms", "default", "required", "omit"}, place, context.complaints);
  const std::string inner = below(place, "lookup");
  const auto& lookup = value["lookup"];
  if (!check_members(lookup, {"kind", "key", "field", "forward"}, inner, context.complaints)) return nullptr;
  std::string kind = text_member(lookup, "kind", true, inner, context.complaints);
  const std::string field = text_member(lookup, "field", true, inner, context.complaints);
  if (context.looked_up != nullptr) context.looked_up->insert({kind, inner});
  NodePtr key = lookup.has("key") ? compile(lookup["key"], below(inner, "key"), context) : nullptr;
  if (!key) {
    context.complaints.add(below(inner, "key"), "is missing");
    return nullptr;
  }
  auto finish = compile_finish(value, place, fmt::format("{}.{}", kind, field), context);
  auto reference = first_path(lookup["key"]);
  name_reference(reference, context);
  const bool forward = flag_member(lookup, "forward", inner, context.complaints);
  return std::make_unique<LookupNode>(std::move(kind), std::move(key), Path(field), std::move(finish), std::move(reference), forward);
}

NodePtr path_node(const std::string& path, bool required) {
  Finish finish;
  finish.field = path;
  finish.required = required;
  return std::make_unique<PathNode>(Path(path), std::move(finish));
}

NodePtr compile_ref(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"ref"}, place, context.complaints);
  const std::string inner = below(place, "ref");
  const auto& ref = value["ref"];
  if (!check_members(ref, {"entity", "entity_path", "path", "key", "part", "parts", "as", "required", "forward", "omit"}, inner,
                     context.complaints))
    return nullptr;
  auto node = std::make_unique<RefNode>();
  const std::string entity_path = text_member(ref, "entity_path", false, inner, context.complaints);
  node->entity = text_member(ref, "entity", entity_path.empty(), inner, context.complaints);
  if (!entity_path.empty()) node->entity_name = path_node(entity_path, true);
  node->field = text_member(ref, "path", false, inner, context.complaints);
  if (node->field.empty() == !ref.has("key")) context.complaints.add(inner, "needs either path or key");
  if (ref.has("key")) {
    node->field = key_path(ref["key"]);
    if (node->field.empty()) node->field = node->entity;
    node->key = compile(ref["key"], below(inner, "key"), context);
  } else {
    node->key = path_node(node->field, false);
  }
  if (ref.has("part")) node->part = compile(ref["part"], below(inner, "part"), context);
  for (const auto& part : ref["parts"].items()) node->parts.emplace_back(part.text());
  node->as = text_member(ref, "as", false, inner, context.complaints);
  if (node->parts.empty() != node->as.empty() || (!node->parts.empty() && node->part))
    context.complaints.add(inner, "parts and as go together, without part");
  if (!node->as.empty() && node->as != "holder" && node->as != "holder_model")
    context.complaints.add(below(inner, "as"), "must be holder or holder_model");
  node->required = flag_member(ref, "required", inner, context.complaints);
  node->forward = flag_member(ref, "forward", inner, context.complaints);
  node->omit = flag_member(ref, "omit", inner, context.complaints);
  if (!node->entity_name) name_reference(node->field, context);
  if (!node->entity_name && context.looked_up != nullptr) context.looked_up->insert({node->entity, inner});
  if (context.references != nullptr && !node->entity_name) {
    const auto& part = ref["part"];
    context.references->insert({node->entity, part.is_string() ? std::string(part.text()) : std::string(), part.is_object(), inner});
  }
  if (!node->key) return nullptr;
  return node;
}

NodePtr compile_own(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"own"}, place, context.complaints);
  if (!value["own"].is_string())
    context.complaints.add(below(place, "own"), "must be the part of an external id (a text; empty for the record itself)");
  std::string part(value["own"].text());
  if (context.references != nullptr) context.references->insert({context.entity, part, false, place});
  return std::make_unique<OwnNode>(std::move(part));
}

NodePtr compile_run(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"run"}, place, context.complaints);
  const auto what = value["run"].text();
  if (what != "home_currency" && what != "slug" && what != "money_mode" && what != "first_day")
    context.complaints.add(below(place, "run"), "must be first_day, home_currency, money_mode or slug");
  return std::make_unique<RunNode>(std::string(what));
}

NodePtr compile_if(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"if", "then", "else"}, place, context.complaints);
  if (!value.has("then")) context.complaints.add(below(place, "then"), "is missing");
  auto condition = compile_condition(value["if"], below(place, "if"), context);
  auto then = value.has("then") ? compile(value["then"], below(place, "then"), context) : nullptr;
  auto otherwise = value.has("else") ? compile(value["else"], below(place, "else"), context) : nullptr;
  return std::make_unique<IfNode>(std::move(condition), std::move(then), std::move(otherwise));
}

NodePtr compile_each(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"each", "as", "separator"}, place, context.complaints);
  const std::string path = text_member(value, "each", true, place, context.complaints);
  if (!value.has("as")) context.complaints.add(below(place, "as"), "is missing");
  auto as = compile(value["as"], below(place, "as"), context);
  if (!value.has("separator")) return std::make_unique<EachNode>(Path(path), std::move(as));
  return std::make_unique<JoinNode>(Path(path), std::move(as), text_member(value, "separator", false, place, context.complaints));
}

NodePtr compile_use(const json::Value& value, const std::string& place, CompileContext& context) {
  constexpr int kDepthMax = 8;
  check_members(value, {"use", "at"}, place, context.complaints);
  const std::string name = text_member(value, "use", true, place, context.complaints);
  const std::string path = text_member(value, "at", false, place, context.complaints);
  if (context.templates == nullptr || !context.templates->has(name)) {
    context.complaints.add(below(place, "use"), fmt::format("there is no template \"{}\"", name));
    return nullptr;
  }
  if (context.depth >= kDepthMax) {
    context.complaints.add(place, "templates use each other too deeply");
    return nullptr;
  }
  ++context.depth;
  auto body = compile((*context.templates)[name], below("/templates", name), context);
  --context.depth;
  if (!body) return nullptr;
  return std::make_unique<UseNode>(path.empty() ? std::nullopt : std::optional<Path>(path), std::move(body));
}

NodePtr compile_constant(const json::Value& value, const std::string&, CompileContext&) {
  const auto& constant = value["constant"];
  return std::make_unique<Literal>(std::string(constant.raw()), Scalar::Kind::json, std::string());
}

struct Instruction {
  std::string_view name;
  NodePtr (*compile)(const json::Value&, const std::string&, CompileContext&);
};
constexpr Instruction kInstructions[]{
    {"path", compile_path}, {"first_of", compile_first_of}, {"concat", compile_concat}, {"lookup", compile_lookup},
    {"ref", compile_ref},   {"own", compile_own},           {"run", compile_run},       {"if", compile_if},
    {"each", compile_each}, {"constant", compile_constant}, {"use", compile_use}};

NodePtr compile_literal(const json::Value& value) {
  Scalar scalar;
  read(value, scalar);
  if (value.is_string()) scalar.kind = Scalar::Kind::text;
  return std::make_unique<Literal>(std::string(value.raw()), scalar.kind, std::string(value.text()));
}

NodePtr compile_object(const json::Value& value, const std::string& place, CompileContext& context) {
  std::vector<std::pair<std::string, NodePtr>> members;
  for (const auto& member : value.members()) {
    std::string name;
    json::append_text(name, member.key);
    members.emplace_back(std::move(name), compile(member.value, below(place, member.key), context));
  }
  return std::make_unique<ObjectNode>(std::move(members));
}

}  // namespace

NodePtr compile(const json::Value& value, const std::string& place, CompileContext& context) {
  if (value.is_array()) {
    std::vector<NodePtr> items;
    std::size_t index = 0;
    for (const auto& item : value.items()) items.push_back(compile(item, below(place, index++), context));
    return std::make_unique<ArrayNode>(std::move(items));
  }
  if (!value.is_object()) return compile_literal(value);
  for (const auto& instruction : kInstructions) {
    if (value.has(instruction.name)) return instruction.compile(value, place, context);
  }
  return compile_object(value, place, context);
}

}  // namespace q2o::mapper::language
