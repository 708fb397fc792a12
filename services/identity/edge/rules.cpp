#include "services/identity/edge/rules.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.pb.h>

#include <stdexcept>

namespace q2o::identity::edge {

Rules Rules::of_contracts(std::string_view descriptor_set) {
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size())))
    throw std::invalid_argument("the contracts are no descriptor set");
  Rules out;
  for (const auto& file : set.file()) {
    if (!file.package().starts_with("q2o.")) continue;
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        Rule rule;
        rule.access = method.options().GetExtension(v1::access);
        rule.streams = method.server_streaming();
        rule.by_rest = method.options().HasExtension(google::api::http);
        out.rules_.emplace("/" + file.package() + "." + service.name() + "/" + method.name(), std::move(rule));
      }
    }
  }
  if (out.rules_.empty()) throw std::invalid_argument("the contracts have no method");
  return out;
}

const Rule* Rules::find(std::string_view path) const {
  const auto at = rules_.find(path);
  if (at == rules_.end()) return nullptr;
  const auto level = at->second.access.level();
  const bool outside = level >= v1::LEVEL_PUBLIC && level <= v1::LEVEL_OPERATOR;
  return outside ? &at->second : nullptr;
}

}  // namespace q2o::identity::edge
