#include "services/connector/domain/sample.h"

namespace q2o::connector {
namespace {

void walk(const json::Value& value, const std::string& path, std::set<std::string>& paths) {
  const auto below = [&](std::string_view name) { return path.empty() ? std::string(name) : path + "." + std::string(name); };
  for (const auto& member : value.members()) walk(member.value, below(member.key), paths);
  for (const auto& item : value.items()) walk(item, below("*"), paths);
  if (!path.empty() && !value.text().empty()) paths.insert(path);
}

}  // namespace

std::set<std::string> fields_of(const json::Value& record) {
  std::set<std::string> paths;
  walk(record, "", paths);
  return paths;
}

void Sample::add(const std::string& body) {
  ++records_;
  const auto document = json::Document::parse(body);
  if (!document) return;
  for (const auto& path : fields_of(document->root()))
    if (fields_.size() < kFieldsMax || fields_.contains(path)) ++fields_[path];
}

}  // namespace q2o::connector
