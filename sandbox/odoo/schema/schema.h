#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/odoo/store/value.h"

namespace q2o::sandbox::odoo {

class Record;

enum class Type { boolean, integer, floating, monetary, text, date, datetime, selection, many2one, one2many, many2many, json, binary };

/// How a field shows up to clients ("char", "html" ...) is `type_name`; what it stores is `type`.
struct Field {
  std::string name, type_name, relation, inverse, fallback;
  Type type = Type::text;
  std::vector<std::string> selection;
  std::vector<std::string> path;  ///< not stored: the value of another record's field
  bool required = false, readonly = false, indexed = false, has_fallback = false;
  int column = -1;                            ///< -1 = not stored
  Value (*compute)(const Record&) = nullptr;  ///< not stored: computed when read

  bool is_number() const { return type == Type::floating || type == Type::monetary; }
  bool is_many() const { return type == Type::one2many || type == Type::many2many; }
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByName = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

struct Model {
  std::string name;
  std::vector<std::unique_ptr<Field>> fields;
  ByName<Field*> by_name;
  int columns = 0;

  const Field* find(std::string_view field) const;
};

/// All models, parsed once from the tables.
class Schema {
 public:
  Schema();
  const Model* find(std::string_view model) const;
  const std::map<std::string, std::unique_ptr<Model>, std::less<>>& models() const { return models_; }
  void computed(std::string_view model, std::string_view field, Value (*compute)(const Record&));

 private:
  void parse(const char* table);
  std::map<std::string, std::unique_ptr<Model>, std::less<>> models_;
};

}  // namespace q2o::sandbox::odoo
