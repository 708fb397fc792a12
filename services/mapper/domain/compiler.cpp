#include "services/mapper/domain/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/ids/ids.h"

namespace q2o::mapper {

using language::below;
using language::check_members;
using language::text_member;

namespace {
/// Lookups that code makes: builders, preparations and the service itself.
constexpr std::int64_t kTextBytesLeast = 1'000, kTextBytesMost = 1'000'000;

constexpr std::array<std::string_view, 4> kMadeByCode{"account_plan", "tax_plan", "CompanyInfo", "order_link"};
}  // namespace

MappingCompiler::MappingCompiler() : mapping_(std::make_unique<Mapping>()) {}

language::CompileContext MappingCompiler::context(const std::string& entity, std::set<language::Reference>* references) {
  return {mapping_->tables_, complaints_, references, entity, &looked_up_, &reference_names_, templates_, 0};
}

Mapping::Check MappingCompiler::run(std::string text) {
  auto document = json::Document::parse(std::move(text));
  if (!document) {
    complaints_.add("", document.error().message);
    return {nullptr, complaints_.all()};
  }
  const auto& root = document->root();
  if (!check_members(root,
                     {"$schema", "format", "platform", "target", "missing_entity", "money_mode", "text_bytes_max", "missing_references",
                      "not_needed", "settings", "modules", "tables", "templates", "waves", "entities"},
                     "", complaints_)) {
    return {nullptr, complaints_.all()};
  }
  read_head(root);
  read_tables(root["tables"]);
  templates_ = &root["templates"];
  read_waves(root["waves"]);
  auto settings_context = context();
  mapping_->settings_ = language::compile(root["settings"], "/settings", settings_context);
  read_modules(root["modules"]);
  if (!root["entities"].is_object()) complaints_.add("/entities", "must be an object");
  for (const auto& entity : root["entities"].members()) read_entity(entity.key, entity.value);
  read_missing_references(root["missing_references"]);
  read_not_needed(root["not_needed"]);
  check_references();
  order();
  if (!complaints_.empty()) return {nullptr, complaints_.all()};
  mapping_->version_ = ids::sha256_hex(canonical(root));
  mapping_->document_ = std::move(*document);
  return {std::move(mapping_), {}};
}

void MappingCompiler::read_head(const json::Value& root) {
  if (root["format"].text() != "1") complaints_.add("/format", "must be 1");
  mapping_->platform_ = text_member(root, "platform", true, "", complaints_);
  text_member(root, "target", true, "", complaints_);
  const auto missing = root["missing_entity"].text();
  if (missing != "reject_record" && missing != "fail_run") complaints_.add("/missing_entity", "must be reject_record or fail_run");
  mapping_->missing_entity_fails_run_ = missing == "fail_run";
  if (root.has("text_bytes_max")) {
    const auto most = root["text_bytes_max"].decimal();
    if (!most || most->scale() != 0 || *most < Decimal(kTextBytesLeast) || *most > Decimal(kTextBytesMost))
      complaints_.add("/text_bytes_max", fmt::format("must be a whole number from {} to {}", kTextBytesLeast, kTextBytesMost));
    else
      mapping_->text_bytes_max_ = static_cast<std::size_t>(most->unscaled());
  }
  if (!root.has("money_mode")) return;
  const auto mode = root["money_mode"].text();
  const auto* known = std::find_if(kMoneyModes.begin(), kMoneyModes.end(), [&](const auto& each) { return each.first == mode; });
  if (known == kMoneyModes.end()) {
    complaints_.add("/money_mode", "must be native, statement or payment");
  } else {
    mapping_->money_mode_ = known->second;
  }
}

void MappingCompiler::read_modules(const json::Value& list) {
  constexpr std::string_view kPlace = "/modules";
  if (!list.is_null() && !list.is_array()) complaints_.add(kPlace, "must be a list");
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const auto& value = list.items()[i];
    const std::string place = below(kPlace, i);
    if (!check_members(value, {"name", "title", "needed_by", "purpose"}, place, complaints_)) continue;
    TargetModule module{text_member(value, "name", true, place, complaints_),
                        text_member(value, "title", true, place, complaints_),
                        {},
                        text_member(value, "purpose", false, place, complaints_)};
    if (value.has("needed_by") && !value["needed_by"].is_array()) complaints_.add(below(place, "needed_by"), "must be a list");
    for (const auto& need : value["needed_by"].items()) {
      const auto text = need.text();
      const auto colon = text.find(':');
      if (!need.is_string() || text.empty() || colon == 0 || colon + 1 == text.size())
        complaints_.add(below(place, "needed_by"), "names models (hr.employee) or fields of one (hr.employee:name)");
      module.needed_by.emplace_back(text);
    }
    if (!module.needed_by.empty() && module.purpose.empty())
      complaints_.add(below(place, "purpose"), "must say what in the source needs the module");
    mapping_->modules_.push_back(std::move(module));
  }
}

/// After the entities: only references that something looks up can be decided about.
void MappingCompiler::read_missing_references(const json::Value& list) {
  constexpr std::string_view kPlace = "/missing_references";
  if (!list.is_null() && !list.is_object()) complaints_.add(std::string(kPlace), "must be an object");
  for (const auto& member : list.members()) {
    const std::string place = below(std::string(kPlace), member.key);
    const auto dot = member.key.find('.');
    const auto entity = dot == std::string_view::npos ? std::string_view{} : member.key.substr(0, dot);
    const std::string name(dot == std::string_view::npos ? member.key : member.key.substr(dot + 1));
    if (!entity.empty() && !mapping_->entities_.contains(entity)) complaints_.add(place, fmt::format("there is no entity \"{}\"", entity));
    const auto by_code = builder_references();
    if (!reference_names_.contains(name) && std::find(by_code.begin(), by_code.end(), name) == by_code.end())
      complaints_.add(place, fmt::format("nothing looks \"{}\" up", name));
    if (member.value.text().empty()) complaints_.add(place, "must say in a sentence what is lost");
    mapping_->missing_references_.emplace(member.key, member.value.text());
  }
}

void MappingCompiler::read_not_needed(const json::Value& list) {
  constexpr std::string_view kPlace = "/not_needed";
  if (!list.is_null() && !list.is_object()) complaints_.add(std::string(kPlace), "must be an object");
  for (const auto& member : list.members()) {
    if (member.value.text().empty())
      complaints_.add(below(std::string(kPlace), member.key), "must say in a sentence why nothing is missed");
    mapping_->not_needed_.emplace(member.key, member.value.text());
  }
}

void MappingCompiler::read_tables(const json::Value& tables) {
  if (!tables.is_null() && !tables.is_object()) complaints_.add("/tables", "must be an object");
  for (const auto& table : tables.members()) {
    const std::string place = below("/tables", table.key);
    if (!table.value.is_object()) complaints_.add(place, "must be an object");
    auto& entries = mapping_->tables_[std::string(table.key)];
    for (const auto& entry : table.value.members()) {
      if (entry.value.is_object() || entry.value.is_array()) complaints_.add(below(place, entry.key), "must be a single value");
      entries.emplace(entry.key, entry.value.raw());
    }
  }
}

void MappingCompiler::read_waves(const json::Value& waves) {
  if (!waves.is_object()) complaints_.add("/waves", "must be an object");
  for (const auto& wave : waves.members()) {
    const std::string place = below("/waves", wave.key);
    wave_place_[std::string(wave.key)] = place;
    auto& before = after_[std::string(wave.key)];
    if (!check_members(wave.value, {"after", "last"}, place, complaints_)) continue;
    if (language::flag_member(wave.value, "last", place, complaints_)) last_.insert(std::string(wave.key));
    for (const auto& name : wave.value["after"].items()) before.emplace(name.text());
  }
  for (const auto& [wave, before] : after_) {
    for (const auto& name : before) {
      if (!after_.contains(name)) complaints_.add(below(wave_place_[wave], "after"), fmt::format("there is no wave \"{}\"", name));
    }
  }
}

void MappingCompiler::add_edges(const std::set<language::Reference>& references, const std::string& wave) {
  for (const auto& reference : references) edges_.push_back({reference, wave});
}

void MappingCompiler::check_references() {
  for (const auto& [kind, place] : looked_up_) {
    const bool made = remembered_.contains(kind) || std::find(kMadeByCode.begin(), kMadeByCode.end(), kind) != kMadeByCode.end();
    if (!made) complaints_.add(place, fmt::format("no entity remembers \"{}\"", kind));
  }
  for (const auto& [reference, wave] : edges_) {
    bool found = false;
    for (const auto& [name, rule] : mapping_->entities_) {
      for (const auto& target : rule.targets) {
        if (target.id_entity != reference.entity || target.operation != "create") continue;
        if (target.dynamic_part ? !reference.any_part : reference.any_part || target.part_text != reference.part) continue;
        found = true;
        if (after_.contains(target.wave)) after_[wave].insert(target.wave);
      }
    }
    if (!found)
      complaints_.add(reference.place, fmt::format("no target makes the record {}{}{}", reference.entity, reference.part.empty() ? "" : "/",
                                                   reference.part));
  }
}

void MappingCompiler::order() {
  const auto order = order_waves(after_, last_);
  if (!order.cycle.empty()) {
    complaints_.add("/waves", fmt::format("these waves wait for each other: {}", fmt::join(order.cycle, ", ")));
    return;
  }
  for (const auto& name : order.names) {
    const auto& entities = entities_in_[name];
    if (entities.empty()) {
      complaints_.add(wave_place_[name], "no target is in this wave");
      continue;
    }
    mapping_->waves_.push_back({name, {entities.begin(), entities.end()}});
  }
}

Mapping::Check Mapping::compile(std::string text) {
  return MappingCompiler().run(std::move(text));
}

}  // namespace q2o::mapper
