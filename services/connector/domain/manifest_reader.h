#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"

/// Reads one object of a manifest and complains about everything at once: missing, ill-typed and unknown members.
namespace q2o::connector {

class Complaints {
 public:
  void add(const std::string& place, const std::string& what) { lines_.push_back(place + ": " + what); }
  bool empty() const { return lines_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> lines_;
};

class ObjectReader {
 public:
  ObjectReader(const json::Value& object, std::string place, Complaints& complaints);
  ~ObjectReader() = default;

  std::string text(std::string_view key);  ///< required, not empty
  std::string text(std::string_view key, std::string_view fallback);
  int integer(std::string_view key, int min, int max);  ///< required
  int integer(std::string_view key, int fallback, int min, int max);
  bool flag(std::string_view key, bool fallback);
  std::vector<std::string> texts(std::string_view key, bool required);
  std::map<std::string, std::string> map(std::string_view key, bool required);
  const json::Value& value(std::string_view key, bool required);  ///< marks it as known
  /// One of the names; complains and returns the first otherwise.
  template <class E>
  E choice(std::string_view key, const std::vector<std::pair<std::string_view, E>>& names, bool required = true) {
    const std::string word = required ? text(key) : text(key, names.front().first);
    return pick(key, word, names);
  }
  template <class E>
  E pick(std::string_view key, std::string_view word, const std::vector<std::pair<std::string_view, E>>& names) {
    for (const auto& [name, value] : names)
      if (name == word) return value;
    if (!word.empty()) complain(key, "'" + std::string(word) + "' is not one of the known words");
    return names.front().second;
  }
  void complain(std::string_view key, const std::string& what);
  /// To be called last: names members that nobody asked for.
  void refuse_unknown();
  const std::string& place() const { return place_; }
  Complaints& complaints() { return complaints_; }

 private:
  const json::Value& member(std::string_view key, json::Value::Kind kind, std::string_view kind_name, bool required);
  const json::Value& object_;
  std::string place_;
  Complaints& complaints_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace q2o::connector
