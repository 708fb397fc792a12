#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/mapper/domain/language/complaints.h"
#include "services/mapper/domain/language/scalar.h"

/// The transforms of the mapping language: a documented registry. docs/mapping.md is generated from it.
namespace q2o::mapper::language {

using Tables = std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>;  ///< values are JSON scalars

struct Argument {
  enum class Type { text, integer, scalar, table };
  std::string_view name;
  Type type = Type::text;
  bool required = true;
  std::string_view meaning;
};

/// Why a value could not be transformed; becomes a reject with the field's path.
struct Trouble {
  std::string_view reason;
  std::string message, hint;
};

/// Bound once at load time; called per value. Never called with nothing (null stays null).
using Step = std::function<std::optional<Trouble>(Scalar&)>;

struct Transform {
  std::string_view name, meaning, example;
  std::vector<Argument> arguments;
  /// `arguments` are checked already.
  Step (*bind)(const json::Value& arguments, const Tables& tables);
};

std::span<const Transform> text_transforms();
std::span<const Transform> value_transforms();
const Transform* find_transform(std::string_view name);

/// Checks {"name": …, arguments…} and binds it; complains and returns an empty Step when it is wrong.
Step bind_transform(const json::Value& value, const Tables& tables, std::string_view place, Complaints& complaints);

/// The registry as Markdown.
std::string document_transforms();

}  // namespace q2o::mapper::language
