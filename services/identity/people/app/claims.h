#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace q2o::identity::people {

/// What an issuer's token says about who bears it. Its signature was verified by the edge; nothing else is believed here.
struct Claims {
  std::string issuer, subject;
  std::string address;  ///< normalized; empty: none that a mail could be sent to
  std::string name, language;
  std::optional<bool> address_verified;                ///< nothing: the issuer does not say whether the address is this person's
  std::chrono::system_clock::time_point signed_in_at;  ///< when the issuer asked for the password; the epoch: it does not say

  /// Under which the person is known: issuer and subject together.
  std::string identity_hash() const;
};

/// Of the token's claims as JSON, at most 16 kB. None: they name nobody.
std::optional<Claims> claims_in(std::string_view text);

}  // namespace q2o::identity::people
