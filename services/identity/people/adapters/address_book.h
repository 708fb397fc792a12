#pragma once

#include <string>
#include <string_view>

#include "common/crypto/hmac.h"

namespace q2o::identity::people {

/// Keyed hashes of what must be found again but not be read: addresses of mail and network. Immutable.
class AddressBook {
 public:
  explicit AddressBook(config::Secret key) : key_(std::move(key)) {}
  std::string address(std::string_view normalized) const { return hash("address", normalized); }
  /// What tries are counted under.
  std::string attempt(std::string_view what, std::string_view of) const { return hash(what, of); }
  std::string place(std::string_view person, std::string_view client_address, std::string_view program) const {
    return hash("place", std::string(person) + "\n" + std::string(client_address) + "\n" + std::string(program));
  }

 private:
  std::string hash(std::string_view what, std::string_view text) const {
    return crypto::hmac_sha256_hex(key_, std::string(what) + "\n" + std::string(text));
  }
  const config::Secret key_;
};

}  // namespace q2o::identity::people
