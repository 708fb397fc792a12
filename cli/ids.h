#pragma once

#include <string>
#include <string_view>

/// Ids as people type them. Ours are UUIDv7: they begin with the time, so what was made within a minute begins alike (8 digits are 65 s);
/// what tells two apart is the end.
namespace q2o::cli {

/// The last 8 digits: what is shown where a whole id is too long.
inline std::string short_id(std::string_view id) {
  constexpr std::size_t kDigits = 8;
  return std::string(id.size() > kDigits ? id.substr(id.size() - kDigits) : id);
}

/// Whether `given` means this id: the whole, its beginning or its end.
inline bool is_meant(std::string_view id, std::string_view given) {
  return id.starts_with(given) || id.ends_with(given);
}

}  // namespace q2o::cli
