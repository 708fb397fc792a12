#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/ids/ids.h"

/// The hash chain of a company's audit. Pure.
namespace q2o::identity::audit {

/// An entry exactly as it is stored: sealed texts stay sealed.
struct Stored {
  std::uint64_t sequence = 0;
  std::string occurred_at, actor, action, subject, detail, client_address;
};

inline constexpr std::string_view kBeginning = "q2o audit";  ///< stands for the hash before the first entry

/// SHA-256 over the hash before and every field; lengths keep the fields apart.
inline std::string hash_of(std::string_view previous, std::string_view tenant, const Stored& entry) {
  std::string text;
  const std::string sequence = std::to_string(entry.sequence);
  for (const std::string_view part : {previous, tenant, std::string_view(sequence), std::string_view(entry.occurred_at),
                                      std::string_view(entry.actor), std::string_view(entry.action), std::string_view(entry.subject),
                                      std::string_view(entry.detail), std::string_view(entry.client_address)}) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return ids::sha256_hex(text);
}

}  // namespace q2o::identity::audit
