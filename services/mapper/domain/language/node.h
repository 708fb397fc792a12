#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/mapper/domain/language/complaints.h"
#include "services/mapper/domain/language/scalar.h"
#include "services/mapper/domain/language/transforms.h"

/// Templates: JSON in which some objects are instructions ({"path": …}, {"ref": …}, …). Compiled once, evaluated per record.
/// docs/mapping.md describes each instruction.
namespace q2o::mapper::language {

/// One evaluation: where values are read, what is known, and what was found on the way.
struct Evaluation {
  const Source& source;
  const RunContext& run;
  const Lookups& lookups;
  const json::Value* here = nullptr;  ///< what paths start from: the record, or the element of an `each`
  std::vector<std::string> references;
  Reject reject;  ///< set when an evaluation answers `rejected`
  std::vector<Loss> losses;
  bool last_pass = true;  ///< nothing more will come: what is not there now is missing
  bool waits = false;     ///< set when something may come later; what was evaluated is of no use then
};

enum class Evaluated { good, rejected };

class Node {
 public:
  virtual ~Node() = default;
  virtual Evaluated read(Evaluation& at, Scalar& out) const;
  /// Appends JSON; appends nothing for an absent value.
  virtual Evaluated write(Evaluation& at, std::string& out) const;
};
using NodePtr = std::unique_ptr<const Node>;

/// What the templates of a target refer to: the waves are computed from it.
struct Reference {
  std::string entity, part;
  bool any_part = false;  ///< the part is computed
  std::string place;
  auto operator<=>(const Reference&) const = default;
};

struct CompileContext {
  const Tables& tables;
  Complaints& complaints;
  std::set<Reference>* references = nullptr;
  std::string entity;                                                  ///< whose template it is: `own` refers to it
  std::set<std::pair<std::string, std::string>>* looked_up = nullptr;  ///< (kind, place)
  std::set<std::string>* reference_names = nullptr;                    ///< that a record may miss
  const json::Value* templates = nullptr;                              ///< what `use` names
  int depth = 0;                                                       ///< of templates in templates
};

/// nullptr (and complaints) when the template is wrong.
NodePtr compile(const json::Value& value, const std::string& place, CompileContext& context);

/// Conditions: {"path"|"value": …, one of equals, in, present, contains, max_length, differs_from}, {"known": {kind, key}}, {"some": list,
/// "is": …}, all, any, not.
class Condition {
 public:
  virtual ~Condition() = default;
  virtual Evaluated holds(Evaluation& at, bool& result) const = 0;
};
using ConditionPtr = std::unique_ptr<const Condition>;
ConditionPtr compile_condition(const json::Value& value, const std::string& place, CompileContext& context);

/// "A.b.0" split at the dots; follows names and indexes. With a leading "/" it starts at the whole record, wherever it stands.
class Path {
 public:
  explicit Path(std::string_view dotted);
  const json::Value& follow(const json::Value& from) const;
  /// nullptr where there is no record at all.
  const json::Value* find(const Evaluation& at) const;
  const std::string& dotted() const { return dotted_; }

 private:
  std::string dotted_;
  bool from_record_;
  std::vector<std::string> steps_;
};

}  // namespace q2o::mapper::language
