#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/mapper/domain/language/node.h"
#include "services/mapper/domain/preparations.h"
#include "services/mapper/domain/waves.h"

/// A mapping file, checked and compiled. Immutable; the version is the hash of its canonical content.
namespace q2o::mapper {

using language::Complaint;

/// What is kept of a record for those that come later.
struct Remember {
  std::string kind;
  language::NodePtr key;
  std::vector<std::pair<std::string, std::string>> fields;  ///< (kept as, member): copied as they stand
};

/// A file that goes with a record.
struct FileRule {
  language::NodePtr id, bytes, changed;
};

/// One record in the target.
struct TargetRule {
  std::string model, operation, wave;
  std::optional<language::Path> each;  ///< a list of the source: one record per element, templates start there
  language::ConditionPtr when;
  std::string id_entity;           ///< whose external id it bears
  language::NodePtr id_key, part;  ///< nullptr: the source's id, no part
  std::string part_text;           ///< literal part
  bool dynamic_part = false;
  bool once = false;  ///< several sources may make it: only the first does
  bool post = false, sudo = false;
  language::NodePtr record;  ///< of a write
  language::NodePtr values, adopt, then, context;
  std::optional<FileRule> file;
};

/// excluded and merged: the first whose condition holds gives the reason.
struct ReasonRule {
  language::ConditionPtr when;  ///< nullptr = always
  std::string reason;
};

/// What the report says about a record that was taken over: something was left behind, or decided by the mapping.
struct LossRule {
  std::optional<language::Path> each;  ///< a list of the source: said of each element, templates start there
  language::ConditionPtr when;         ///< nullptr = always
  std::string field;                   ///< path of the value that is told with it
  language::NodePtr reason;            ///< a sentence
};

/// A module of the target that the mapping writes into.
struct TargetModule {
  std::string name, title;             ///< technical name, and as the target's list of apps calls it
  std::vector<std::string> needed_by;  ///< models, or fields as "model:field"; empty: every run
  std::string purpose;                 ///< what in the source needs it, in words
};

enum class Defer { no, plan, entity_end, documents_end };

struct EntityRule {
  std::string entity;
  std::vector<ReasonRule> excluded, merged;
  std::vector<Remember> remember;
  std::vector<TargetRule> targets;
  std::vector<LossRule> losses;
  language::NodePtr label;
  language::NodePtr note;  ///< of a builder's record, as HTML
  Defer defer = Defer::no;
  const Preparation* prepare = nullptr;
  bool ledger = false;  ///< bears the id of a ledger transaction
  bool votes_tax_accounts = false;
  const Builder* builder = nullptr;
  std::string builder_name;
  json::Document parameters;
  std::vector<std::string> waves;  ///< of the builder
};

class Mapping {
 public:
  /// Everything that is wrong, at once.
  struct Check {
    std::unique_ptr<Mapping> mapping;  ///< nullptr when there are complaints
    std::vector<Complaint> complaints;
  };
  static Check compile(std::string text);

  const EntityRule* find(std::string_view entity) const;
  const std::map<std::string, EntityRule, std::less<>>& entities() const { return entities_; }
  const std::vector<Wave>& waves() const { return waves_; }
  std::optional<std::uint32_t> wave_number(std::string_view name) const;
  const std::string& version() const { return version_; }
  const std::string& platform() const { return platform_; }
  /// Whether an entity without a rule stops the run (else its records are rejected).
  bool missing_entity_fails_run() const { return missing_entity_fails_run_; }
  MoneyMode money_mode() const { return money_mode_; }
  const MissingReferences& missing_references() const { return missing_references_; }
  std::size_t text_bytes_max() const { return text_bytes_max_; }
  const language::Node& settings() const { return *settings_; }
  const std::vector<TargetModule>& modules() const { return modules_; }
  /// Fields that nothing is missed of when they stay behind: path, "Entity.path" or "*end of a path" -> why.
  const std::map<std::string, std::string>& not_needed() const { return not_needed_; }
  /// The file as it was read.
  const json::Value& document() const { return document_.root(); }

 private:
  friend class MappingCompiler;
  std::string version_, platform_;
  bool missing_entity_fails_run_ = false;
  MoneyMode money_mode_ = MoneyMode::native;
  MissingReferences missing_references_;
  std::size_t text_bytes_max_ = kTextBytesMax;
  language::Tables tables_;
  language::NodePtr settings_;
  std::vector<TargetModule> modules_;
  std::map<std::string, std::string> not_needed_;
  json::Document document_;
  std::map<std::string, EntityRule, std::less<>> entities_;
  std::vector<Wave> waves_;
};

/// The same text for the same content: members sorted, no blanks.
std::string canonical(const json::Value& value);

}  // namespace q2o::mapper
