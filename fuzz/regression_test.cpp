#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "fuzz/targets.h"

/// The seeds and what a fuzzer has found before, and some thousand changes of each by a fixed rule: the short run of every change.
namespace q2o::fuzz {
namespace {

/// Of each seed; Q2O_FUZZ_CHANGES makes more, by the same rule from Q2O_FUZZ_SEED on.
int number(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

std::vector<std::string> seeds_of(const char* target) {
  std::vector<std::string> seeds;
  for (const auto& file : std::filesystem::directory_iterator(std::string(Q2O_SOURCE_DIR) + "/fuzz/seeds/" + target)) {
    std::ifstream in(file.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    seeds.push_back(text.str());
  }
  return seeds;
}

/// A byte changed, pieces cut out, doubled, or taken from another seed.
std::string changed(std::string text, const std::vector<std::string>& seeds, std::mt19937& random) {
  const auto below = [&](std::size_t most) { return most == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(text.size() + 1), length = below(std::min<std::size_t>(text.size() - std::min(at, text.size()), 40) + 1);
    switch (below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.insert(at, 1, "{}[]\",:.-0e\\\n"[below(13)]);
        break;
      default: {
        const auto& other = seeds[below(seeds.size())];
        text.insert(at, other.substr(below(other.size() + 1), 30));
      }
    }
  }
  return text;
}

class Fuzz : public ::testing::TestWithParam<Target> {};

TEST_P(Fuzz, SurvivesItsSeedsAndChangesOfThem) {
  const auto seeds = seeds_of(GetParam().name);
  ASSERT_GE(seeds.size(), 3u);
  GetParam().run({});
  std::mt19937 random(static_cast<unsigned>(number("Q2O_FUZZ_SEED", 7)));
  const int changes = number("Q2O_FUZZ_CHANGES", 300);
  for (const auto& seed : seeds) {
    GetParam().run(seed);
    for (int i = 0; i < changes; ++i) GetParam().run(changed(seed, seeds, random));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Fuzz, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace q2o::fuzz
