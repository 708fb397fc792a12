#include <fmt/format.h>

#include "services/mapper/domain/compiler.h"

/// The part of the compiler that reads one entity's rule.
namespace q2o::mapper {

using language::below;
using language::check_members;
using language::text_member;

void MappingCompiler::read_entity(std::string_view name, const json::Value& value) {
  const std::string place = below("/entities", name);
  auto& rule = mapping_->entities_[std::string(name)];
  rule.entity = name;
  if (!check_members(value,
                     {"comment", "excluded", "merged", "losses", "remember", "targets", "label", "note", "defer", "prepare", "ledger",
                      "votes_tax_accounts", "builder"},
                     place, complaints_)) {
    return;
  }
  read_reasons(value["excluded"], below(place, "excluded"), rule.excluded);
  read_reasons(value["merged"], below(place, "merged"), rule.merged);
  read_losses(value["losses"], below(place, "losses"), rule);
  read_remember(value["remember"], below(place, "remember"), rule);
  read_defer(value, place, rule);
  if (value.has("label")) {
    auto label_context = context(rule.entity);
    rule.label = language::compile(value["label"], below(place, "label"), label_context);
  }
  if (value.has("note")) {
    auto note_context = context(rule.entity);
    rule.note = language::compile(value["note"], below(place, "note"), note_context);
    if (!value.has("builder")) complaints_.add(below(place, "note"), "belongs to a builder; other entities make a target of it");
  }
  rule.ledger = language::flag_member(value, "ledger", place, complaints_);
  rule.votes_tax_accounts = language::flag_member(value, "votes_tax_accounts", place, complaints_);
  if (value.has("builder")) read_builder(value["builder"], below(place, "builder"), rule);
  std::size_t index = 0;
  for (const auto& target : value["targets"].items()) read_target(target, below(below(place, "targets"), index++), rule);
  if (rule.targets.empty() && rule.builder == nullptr && rule.excluded.empty() && rule.merged.empty()) {
    complaints_.add(place, "needs targets, a builder, merged or excluded");
  }
}

void MappingCompiler::read_reasons(const json::Value& value, const std::string& place, std::vector<ReasonRule>& rules) {
  if (value.is_null()) return;
  if (value.is_string()) {
    rules.push_back({nullptr, std::string(value.text())});
    return;
  }
  if (!value.is_array()) complaints_.add(place, "must be a reason, or a list of {when, reason}");
  std::size_t index = 0;
  for (const auto& item : value.items()) {
    const std::string here = below(place, index++);
    if (!check_members(item, {"when", "reason"}, here, complaints_)) continue;
    auto when_context = context();
    rules.push_back({item.has("when") ? language::compile_condition(item["when"], below(here, "when"), when_context) : nullptr,
                     text_member(item, "reason", true, here, complaints_)});
  }
}

void MappingCompiler::read_losses(const json::Value& list, const std::string& place, EntityRule& rule) {
  if (!list.is_null() && !list.is_array()) complaints_.add(place, "must be a list of {each, when, field, reason}");
  std::size_t index = 0;
  for (const auto& item : list.items()) {
    const std::string here = below(place, index++);
    if (!check_members(item, {"each", "when", "field", "reason"}, here, complaints_)) continue;
    auto item_context = context(rule.entity);
    LossRule loss;
    if (item.has("each")) loss.each.emplace(text_member(item, "each", true, here, complaints_));
    if (item.has("when")) loss.when = language::compile_condition(item["when"], below(here, "when"), item_context);
    loss.field = text_member(item, "field", true, here, complaints_);
    if (item.has("reason"))
      loss.reason = language::compile(item["reason"], below(here, "reason"), item_context);
    else
      complaints_.add(below(here, "reason"), "must say in a sentence what is lost");
    rule.losses.push_back(std::move(loss));
  }
}

void MappingCompiler::read_file(const json::Value& value, const std::string& place, TargetRule& target, language::CompileContext& inner) {
  if (value.is_null() || !check_members(value, {"id", "bytes", "changed"}, place, complaints_)) return;
  const auto member = [&](std::string_view name) {
    if (!value.has(name)) complaints_.add(below(place, name), "is missing");
    return language::compile(value[name], below(place, name), inner);
  };
  target.file = FileRule{member("id"), member("bytes"), member("changed")};
  if (target.operation != "create") complaints_.add(place, "belongs to create");
}

void MappingCompiler::read_remember(const json::Value& list, const std::string& place, EntityRule& rule) {
  std::size_t index = 0;
  for (const auto& item : list.items()) {
    const std::string here = below(place, index++);
    if (!check_members(item, {"kind", "key", "fields"}, here, complaints_)) continue;
    Remember remember;
    remember.kind = item.has("kind") ? text_member(item, "kind", true, here, complaints_) : rule.entity;
    if (item.has("key")) {
      auto key_context = context(rule.entity);
      remember.key = language::compile(item["key"], below(here, "key"), key_context);
    }
    for (const auto& field : item["fields"].items()) remember.fields.emplace_back(field.text(), field.text());
    for (const auto& field : item["fields"].members()) remember.fields.emplace_back(field.key, field.value.text());
    remembered_.insert(remember.kind);
    rule.remember.push_back(std::move(remember));
  }
}

void MappingCompiler::read_defer(const json::Value& value, const std::string& place, EntityRule& rule) {
  const std::string defer = text_member(value, "defer", false, place, complaints_);
  if (defer == "plan") rule.defer = Defer::plan;
  if (defer == "entity_end") rule.defer = Defer::entity_end;
  if (defer == "documents_end") rule.defer = Defer::documents_end;
  if (!defer.empty() && rule.defer == Defer::no) complaints_.add(below(place, "defer"), "must be plan, entity_end or documents_end");
  const std::string prepare = text_member(value, "prepare", false, place, complaints_);
  if (prepare.empty()) return;
  rule.prepare = find_preparation(prepare);
  if (rule.prepare == nullptr) complaints_.add(below(place, "prepare"), fmt::format("there is no preparation \"{}\"", prepare));
  if (rule.defer != Defer::entity_end && rule.defer != Defer::documents_end)
    complaints_.add(below(place, "prepare"), "needs defer: entity_end or documents_end");
}

void MappingCompiler::read_builder(const json::Value& value, const std::string& place, EntityRule& rule) {
  if (!check_members(value, {"name", "parameters", "waves"}, place, complaints_)) return;
  rule.builder_name = text_member(value, "name", true, place, complaints_);
  rule.builder = find_builder(rule.builder_name);
  if (rule.builder == nullptr) {
    complaints_.add(below(place, "name"),
                    fmt::format("there is no builder \"{}\"; there are: {}", rule.builder_name, fmt::join(builder_names(), ", ")));
  }
  const auto& parameters = value["parameters"];
  if (!parameters.is_null() && !parameters.is_object()) complaints_.add(below(place, "parameters"), "must be an object");
  auto copy = json::Document::parse(parameters.is_object() ? std::string(parameters.raw()) : "{}");
  if (copy) rule.parameters = std::move(*copy);
  if (value["waves"].items().empty()) complaints_.add(below(place, "waves"), "must list the waves of the builder's records");
  for (const auto& wave : value["waves"].items()) {
    rule.waves.emplace_back(wave.text());
    if (!after_.contains(rule.waves.back())) complaints_.add(below(place, "waves"), fmt::format("there is no wave \"{}\"", wave.text()));
    entities_in_[rule.waves.back()].insert(rule.entity);
  }
}

void MappingCompiler::read_target_id(const json::Value& value, const std::string& place, TargetRule& target) {
  const auto& id = value["id"];
  if (id.is_null()) return;
  if (!check_members(id, {"entity", "key", "part"}, place, complaints_)) return;
  if (id.has("entity")) target.id_entity = text_member(id, "entity", true, place, complaints_);
  auto id_context = context(target.id_entity);
  if (id.has("key")) target.id_key = language::compile(id["key"], below(place, "key"), id_context);
  target.dynamic_part = id["part"].is_object();
  if (target.dynamic_part) {
    target.part = language::compile(id["part"], below(place, "part"), id_context);
  } else {
    target.part_text = id["part"].text();
  }
}

void MappingCompiler::read_target(const json::Value& value, const std::string& place, EntityRule& rule) {
  if (!check_members(value,
                     {"comment", "model", "operation", "wave", "each", "when", "id", "once", "post", "sudo", "record", "fields", "adopt",
                      "then", "context", "file"},
                     place, complaints_)) {
    return;
  }
  TargetRule target;
  target.model = text_member(value, "model", true, place, complaints_);
  target.wave = text_member(value, "wave", true, place, complaints_);
  target.operation = value.has("operation") ? text_member(value, "operation", true, place, complaints_) : "create";
  if (target.operation != "create" && target.operation != "write") complaints_.add(below(place, "operation"), "must be create or write");
  if (!target.wave.empty() && !after_.contains(target.wave))
    complaints_.add(below(place, "wave"), fmt::format("there is no wave \"{}\"", target.wave));
  entities_in_[target.wave].insert(rule.entity);
  target.id_entity = rule.entity;
  read_target_id(value, below(place, "id"), target);
  if (value.has("each")) target.each.emplace(text_member(value, "each", true, place, complaints_));
  if (target.each && !target.dynamic_part) complaints_.add(below(place, "each"), "needs an id.part that tells the elements apart");
  target.once = language::flag_member(value, "once", place, complaints_);
  target.post = language::flag_member(value, "post", place, complaints_);
  target.sudo = language::flag_member(value, "sudo", place, complaints_);
  std::set<language::Reference> references;
  auto inner = context(rule.entity, &references);
  const auto template_of = [&](std::string_view member) {
    return value.has(member) ? language::compile(value[member], below(place, member), inner) : nullptr;
  };
  if (value.has("when")) target.when = language::compile_condition(value["when"], below(place, "when"), inner);
  if (!value["fields"].is_object()) complaints_.add(below(place, "fields"), "must be an object");
  if ((target.operation == "write") != value.has("record")) complaints_.add(place, "record belongs to write, and only there");
  target.values = template_of("fields");
  target.record = template_of("record");
  target.adopt = template_of("adopt");
  target.then = template_of("then");
  target.context = template_of("context");
  read_file(value["file"], below(place, "file"), target, inner);
  add_edges(references, target.wave);
  rule.targets.push_back(std::move(target));
}

}  // namespace q2o::mapper
