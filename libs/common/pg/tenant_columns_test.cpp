#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

namespace q2o::pg {
namespace {

/// Tables that hold nothing of a tenant, and why.
const std::map<std::string, std::string> kWithoutTenant{
    {"schema_migration", "says which schema files were applied"},
    {"lease", "who holds which row; the row it points at carries the tenant"},
    {"inbox", "ids of messages that were handled, no content"},
    {"person", "one may work with the books of several tenants; row level security goes by membership"},
    {"session", "a person's, in whatever tenant"},
    {"one_time_token", "a person's, who may belong to no tenant yet"},
    {"external_identity", "a person's"},
    {"seen_place", "a person's"},
    {"attempt", "counts under keyed hashes, of those too who do not exist"},
    {"rate_bucket", "how many calls a key or person has free"},
};

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> schema_files() {
  std::vector<std::filesystem::path> all;
  for (const auto* root : {"services", "libs"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(Q2O_SOURCE_DIR) / root)) {
      if (entry.path().extension() == ".sql") all.push_back(entry.path());
    }
  }
  return all;
}

TEST(Schemas, EveryTableCarriesTheTenant) {
  const std::regex table(R"(create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)\s*\(([^;]*)\)\s*;)", std::regex::icase);
  const std::regex comment("--[^\n]*");
  const std::regex tenant(R"((^|[\s,])tenant(_id)?\s+(uuid|text)\s+not\s+null)", std::regex::icase);
  std::size_t tables = 0;
  for (const auto& file : schema_files()) {
    const std::string sql = std::regex_replace(read(file), comment, "");
    for (std::sregex_iterator at(sql.begin(), sql.end(), table), end; at != end; ++at) {
      ++tables;
      const std::string name = (*at)[1];
      if (kWithoutTenant.contains(name)) continue;
      EXPECT_TRUE(std::regex_search((*at)[2].str(), tenant)) << file << ": table " << name << " has no tenant column";
    }
  }
  EXPECT_GT(tables, 30U) << "the schema files were not found";
}

}  // namespace
}  // namespace q2o::pg
