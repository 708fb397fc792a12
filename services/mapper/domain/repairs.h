#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/mapper/domain/model.h"

/// What people decided about source records: other values, or left out. Applied to the record before it is mapped, in every run and replay;
/// what the source sent stays as it is in the log. Pure.
namespace q2o::mapper {

struct Repair {
  enum class Kind { set, use, exclude, withdraw };
  std::int64_t number = 0;
  Kind kind = Kind::set;
  std::string entity, source_id;
  std::string label;          ///< of the record, for people; may be empty
  std::string path;           ///< of set and use; a use has "*" for the positions of lists
  std::string before, value;  ///< JSON, canonical; "null": nothing is there
  std::string why, actor;
  std::string at;      ///< RFC 3339 UTC
  bool counts = true;  ///< no later one has taken its place
};
std::string_view word_of(Repair::Kind kind);
std::optional<Repair::Kind> repair_kind(std::string_view word);

/// Marks those of which a later one has taken the place, or that were withdrawn. `all`: oldest first.
void settle_repairs(std::vector<Repair>& all);

/// Where a person wants another value.
struct ValueChange {
  std::string path;
  std::optional<std::string> text;  ///< takes the kind of what stands there
  std::string json;                 ///< where there is no text
  bool everywhere = false;
};
/// Kind, path, before and value of a repair of this record. Errors say what stands there instead (invalid_argument).
Result<Repair> read_change(const json::Value& record, const ValueChange& change);

/// The repairs of one migration as a run sees them.
class Repairs {
 public:
  Repairs() = default;
  /// `all`: oldest first.
  explicit Repairs(std::vector<Repair> all);

  struct Repaired {
    std::optional<std::string> body;      ///< other than the source sent it
    std::optional<std::string> left_out;  ///< the reason; nothing else is set but label and notes
    std::optional<Reject> reject;         ///< a repair has no place in this record any more
    std::string label;
    std::vector<std::string> notes;  ///< what was done, who and why: a sentence each
  };
  /// Nothing: no repair concerns the record.
  std::optional<Repaired> apply(const std::string& entity, const std::string& id, const std::string& body) const;
  bool concern(const std::string& entity) const { return entities_.contains(entity); }

 private:
  static void change(const Repair& repair, std::string& body, Repaired& repaired);
  static Repaired left_out(const Repair& repair);
  std::map<std::string, std::map<std::string, std::vector<Repair>, std::less<>>, std::less<>> of_record_;
  std::map<std::string, std::vector<Repair>, std::less<>> everywhere_;
  std::set<std::string, std::less<>> entities_;
};

}  // namespace q2o::mapper
