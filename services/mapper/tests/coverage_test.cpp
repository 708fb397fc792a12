#include "services/mapper/domain/coverage.h"

#include <gmock/gmock.h>

#include "services/mapper/domain/patch.h"
#include "services/mapper/tests/generated.h"

/// What the coverage says is not taken over changes nothing when it is taken away.
namespace q2o::mapper {
namespace {

void paths_of(const json::Value& value, const std::string& path, std::set<std::string>& paths) {
  const auto below = [&](std::string_view name) { return path.empty() ? std::string(name) : path + "." + std::string(name); };
  for (const auto& member : value.members()) paths_of(member.value, below(member.key), paths);
  for (const auto& item : value.items()) paths_of(item, below("*"), paths);
  if (!path.empty() && !value.text().empty()) paths.insert(path);
}

/// Everything that the record becomes, as text.
std::string told(const Outcome& outcome) {
  std::string text = outcome.merged + "|" + outcome.excluded + "|";
  if (outcome.reject) text += outcome.reject->field + outcome.reject->message;
  for (const auto& target : outcome.targets) text += target.external_id + target.values_json + "|";
  return text;
}

class Covered : public testing::Generated {
 protected:
  std::string mapped(const std::string& entity, const std::string& id, const std::string& body) {
    const auto document = json::Document::parse(body).value();
    const Source source{entity, id, &document.root()};
    return told(
        Engine(made_.mapping())
            .map(source,
                 RunContext{"qbo1", made_.company.home_currency(), made_.mapping().money_mode(), &made_.mapping().missing_references()},
                 made_.book.lookups(), Pass::last));
  }
  /// Paths whose value changes what becomes of some record, by entity.
  std::set<std::string> telling(const std::string& entity) {
    constexpr int kEnough = 4;
    std::set<std::string> found;
    std::map<std::string, int> tried;
    for (const auto& object : made_.company.of(entity)) {
      const std::string id = sandbox::object_id(object), body = object.dump();
      const auto document = json::Document::parse(body).value();
      std::set<std::string> paths;
      paths_of(document.root(), "", paths);
      std::erase_if(paths, [&](const auto& path) { return found.contains(path) || tried[path] >= kEnough; });
      if (paths.empty()) continue;
      mapped(entity, id, body);  // numbers and shared records are given by now: the same again is the measure
      const auto whole = mapped(entity, id, body);
      for (const auto& path : paths) {
        std::size_t places = 0;
        const auto without = rewritten(document.root(), steps_of(path), [](const json::Value&) { return "null"; }, places);
        ++tried[path];
        if (mapped(entity, id, without) != whole) found.insert(path);
      }
    }
    return found;
  }
};

TEST_P(Covered, WhatIsSaidToBeLeftChangesNothingWhenItIsTakenAway) {
  const Coverage coverage(made_.mapping());
  for (const auto& [entity, rule] : made_.mapping().entities()) {
    if (entity == "GeneralLedger" || entity == "ExchangeRate") continue;
    for (const auto& path : telling(entity)) EXPECT_EQ(coverage.of(entity, path).fate, Fate::taken) << entity << " " << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Companies, Covered, ::testing::Values("generated:us:small:1", "generated:uk:small:7", "generated:ca:small:3"),
                         [](const auto& one) {
                           std::string name(one.param);
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace q2o::mapper
