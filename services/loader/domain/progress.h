#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace q2o::loader {

struct EntityCount {
  std::uint64_t loaded = 0, rejected = 0, parked = 0;
  bool operator==(const EntityCount&) const = default;
};

/// Counts source records from the fates of their target records: loaded when all are done, rejected when one is.
class Progress {
 public:
  /// Further target records of the source record.
  void add(const std::string& entity, const std::string& source_id, std::uint32_t open, std::uint32_t parked, bool rejected);
  /// `was_parked`: the target record had been parked before.
  void done(const std::string& entity, const std::string& source_id, bool was_parked = false);
  void parked(const std::string& entity, const std::string& source_id, bool was_parked = false);
  void rejected(const std::string& entity, const std::string& source_id);
  void clear();
  const std::map<std::string, EntityCount>& counts() const { return counts_; }

 private:
  struct Source {
    std::uint32_t open = 0, parked = 0;
    bool rejected = false;
  };
  enum class Fate { open, loaded, rejected, parked };
  static Fate fate(const Source& source);
  template <class Change>
  void change(const std::string& entity, const std::string& source_id, Change change);
  void count(const std::string& entity, Fate fate, bool in);
  std::map<std::string, EntityCount> counts_;
  std::unordered_map<std::string, Source> sources_;
};

}  // namespace q2o::loader
