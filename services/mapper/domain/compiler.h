#pragma once

#include <set>

#include "services/mapper/domain/mapping.h"

namespace q2o::mapper {

/// Checks and compiles one mapping file; used by Mapping::compile only.
class MappingCompiler {
 public:
  MappingCompiler();
  Mapping::Check run(std::string text);

 private:
  void read_head(const json::Value& root);
  void read_modules(const json::Value& list);
  void read_missing_references(const json::Value& list);
  void read_not_needed(const json::Value& list);
  void read_tables(const json::Value& tables);
  void read_waves(const json::Value& waves);
  void read_entity(std::string_view name, const json::Value& value);
  void read_reasons(const json::Value& value, const std::string& place, std::vector<ReasonRule>& rules);
  void read_losses(const json::Value& list, const std::string& place, EntityRule& rule);
  void read_file(const json::Value& value, const std::string& place, TargetRule& target, language::CompileContext& inner);
  void read_remember(const json::Value& list, const std::string& place, EntityRule& rule);
  void read_defer(const json::Value& value, const std::string& place, EntityRule& rule);
  void read_builder(const json::Value& value, const std::string& place, EntityRule& rule);
  void read_target(const json::Value& value, const std::string& place, EntityRule& rule);
  void read_target_id(const json::Value& value, const std::string& place, TargetRule& target);
  void add_edges(const std::set<language::Reference>& references, const std::string& wave);
  void check_references();
  void order();
  language::CompileContext context(const std::string& entity = {}, std::set<language::Reference>* references = nullptr);

  struct Edge {
    language::Reference reference;
    std::string wave;
  };
  std::unique_ptr<Mapping> mapping_;
  language::Complaints complaints_;
  const json::Value* templates_ = nullptr;
  std::map<std::string, std::set<std::string>> after_;  ///< wave → waves before it
  std::map<std::string, std::set<std::string>> entities_in_;
  std::set<std::string> last_;
  std::map<std::string, std::string> wave_place_;
  std::vector<Edge> edges_;
  std::set<std::pair<std::string, std::string>> looked_up_;
  std::set<std::string> remembered_;
  std::set<std::string> reference_names_;
};

}  // namespace q2o::mapper
