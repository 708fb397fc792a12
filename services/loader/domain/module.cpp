#include "services/loader/domain/module.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::loader {
namespace {

const Module& accounting() {
  static const Module module{"account", "Invoicing", {}, ""};
  return module;
}

}  // namespace

bool needs(const Item& item, const Module& module) {
  return module.needed_by.empty() || std::ranges::any_of(module.needed_by, [&](const std::string& need) {
           const auto colon = need.find(':');
           if (item.model != need.substr(0, colon)) return false;
           // A key is found as it is written: inside of a text its quotes would be escaped.
           return colon == std::string::npos || item.values_json.find(fmt::format("\"{}\":", need.substr(colon + 1))) != std::string::npos;
         });
}

std::vector<Module> not_installed(std::span<const Module> wanted, const std::set<std::string>& installed) {
  std::vector<Module> out;
  const bool listed = std::ranges::any_of(wanted, [](const Module& module) { return module.name == accounting().name; });
  if (!listed && !installed.contains(accounting().name)) out.push_back(accounting());
  std::ranges::copy_if(wanted, std::back_inserter(out), [&](const Module& module) { return !installed.contains(module.name); });
  return out;
}

std::string shown(const Module& module) {
  return module.title.empty() ? module.name : fmt::format("{} ({})", module.title, module.name);
}

}  // namespace q2o::loader
