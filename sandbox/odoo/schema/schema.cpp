#include "sandbox/odoo/schema/schema.h"

#include <sstream>
#include <stdexcept>

#include "sandbox/odoo/schema/tables.h"

namespace q2o::sandbox::odoo {

namespace {

const std::map<std::string, Type, std::less<>> kTypes{{"boolean", Type::boolean},
                                                      {"integer", Type::integer},
                                                      {"float", Type::floating},
                                                      {"monetary", Type::monetary},
                                                      {"char", Type::text},
                                                      {"text", Type::text},
                                                      {"html", Type::text},
                                                      {"date", Type::date},
                                                      {"datetime", Type::datetime},
                                                      {"selection", Type::selection},
                                                      {"many2one", Type::many2one},
                                                      {"one2many", Type::one2many},
                                                      {"many2many", Type::many2many},
                                                      {"json", Type::json},
                                                      {"binary", Type::binary},
                                                      {"reference", Type::text},
                                                      {"many2one_reference", Type::integer},
                                                      {"properties", Type::json}};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

void read_attribute(Field& field, const std::string& word) {
  const auto equals = word.find('=');
  const std::string key = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
  if (key == "required")
    field.required = true;
  else if (key == "readonly")
    field.readonly = true;
  else if (key == "index")
    field.indexed = true;
  else if (key == "relation")
    field.relation = value;
  else if (key == "inverse")
    field.inverse = value;
  else if (key == "selection") {
    field.selection = split(value, ',');
    for (auto& one : field.selection) std::ranges::replace(one, '~', ' ');
  } else if (key == "path")
    field.path = split(value, '.');
  else if (key == "default")
    field.fallback = value, field.has_fallback = true;
  else
    throw std::logic_error("field table: unknown attribute " + word);
}

void add(Model& model, const std::string& line) {
  std::stringstream stream(line);
  auto field = std::make_unique<Field>();
  stream >> field->type_name >> field->name;
  const auto type = kTypes.find(field->type_name);
  if (type == kTypes.end()) throw std::logic_error("field table: unknown type in " + model.name + ": " + line);
  field->type = type->second;
  for (std::string word; stream >> word;) read_attribute(*field, word);
  if (field->path.empty() && field->inverse.empty()) field->column = model.columns++;
  model.by_name.emplace(field->name, field.get());
  model.fields.push_back(std::move(field));
}

}  // namespace

const Field* Model::find(std::string_view field) const {
  const auto found = by_name.find(field);
  return found == by_name.end() ? nullptr : found->second;
}

Schema::Schema() {
  for (const char* table : {kBaseModels, kBooksModels, kMovesModels, kTradeModels, kSystemModels}) parse(table);
  for (auto& [name, model] : models_) {
    add(*model, "integer id readonly");
    add(*model, "char display_name readonly");
    add(*model, "datetime create_date readonly");
    add(*model, "datetime write_date readonly");
  }
}

void Schema::parse(const char* table) {
  std::stringstream stream(table);
  Model* model = nullptr;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty()) continue;
    if (line.starts_with("model ")) {
      auto fresh = std::make_unique<Model>();
      fresh->name = line.substr(6);
      model = fresh.get();
      models_.emplace(fresh->name, std::move(fresh));
    } else {
      add(*model, line);
    }
  }
}

const Model* Schema::find(std::string_view model) const {
  const auto found = models_.find(model);
  return found == models_.end() ? nullptr : found->second.get();
}

void Schema::computed(std::string_view model, std::string_view field, Value (*compute)(const Record&)) {
  Model& owner = *models_.find(model)->second;
  const auto found = owner.by_name.find(field);
  if (found == owner.by_name.end()) throw std::logic_error("computed field is not in the table: " + std::string(field));
  found->second->compute = compute;
}

}  // namespace q2o::sandbox::odoo
