#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"

/// Everything that is wrong with a mapping, each with its place: all at once, so that one look mends it.
namespace q2o::mapper::language {

struct Complaint {
  std::string place;  ///< JSON pointer
  std::string message;
  bool operator==(const Complaint&) const = default;
};

class Complaints {
 public:
  void add(std::string_view place, std::string message) { all_.push_back({std::string(place), std::move(message)}); }
  bool empty() const { return all_.empty(); }
  const std::vector<Complaint>& all() const { return all_; }

 private:
  std::vector<Complaint> all_;
};

/// Place of a member ("/entities/Customer"), escaped as JSON pointers are.
std::string below(std::string_view place, std::string_view member);
std::string below(std::string_view place, std::size_t index);

/// Complains about members that are not in `known`. False when the value is no object.
bool check_members(const json::Value& value, std::initializer_list<std::string_view> known, std::string_view place, Complaints& complaints);
/// The text of a string member; complains when it is absent (and required) or no string.
std::string text_member(const json::Value& object, std::string_view member, bool required, std::string_view place, Complaints& complaints);
bool flag_member(const json::Value& object, std::string_view member, std::string_view place, Complaints& complaints);

}  // namespace q2o::mapper::language
