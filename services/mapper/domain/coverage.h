#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "services/mapper/domain/mapping.h"

/// Which fields of source records a mapping takes over, told from the mapping alone.
namespace q2o::mapper {

enum class Fate {
  taken,       ///< read for records of the target, kept for later ones, or compared with the ledger
  not_needed,  ///< the mapping says why nothing is missed
  lost,        ///< the mapping lists it as left behind, at least of some records
  left,        ///< the mapping says nothing about it
};

struct FieldFate {
  Fate fate = Fate::left;
  std::string reason;  ///< of not_needed and lost
};

class Coverage {
 public:
  explicit Coverage(const Mapping& mapping);
  /// `path` with "*" for positions in lists: "Line.*.Amount".
  FieldFate of(std::string_view entity, std::string_view path) const;

 private:
  struct Fields {
    std::set<std::string> taken;
    std::set<std::string> remembered;  ///< kept for later records, which need not take it over
    std::map<std::string, std::string> lost;
  };
  const Mapping& mapping_;
  std::map<std::string, Fields, std::less<>> entities_;
};

}  // namespace q2o::mapper
