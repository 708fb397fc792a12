#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

/// Sealing of what belongs to a tenant: message bodies and columns with what a person typed. Whoever destroys the key ends the content
/// everywhere, copies included.
namespace q2o::sealing {

/// Whose data key. Every migration has one of its own, so that one can be purged alone; without a migration: what a tenant's migrations
/// share (connections, targets, names that later runs keep).
struct Owner {
  std::string tenant, migration;
  auto operator<=>(const Owner&) const = default;
};

/// Versions count from 1 per owner and are never used twice.
struct DataKey {
  std::uint32_t version = 0;
  config::Secret bytes;  ///< 32
};
using DataKeyPtr = std::shared_ptr<const DataKey>;

/// Where data keys come from. Thread-safe. Errors: unavailable KEYS_UNAVAILABLE (try again), data_loss KEY_DESTROYED (never again).
class Keys {
 public:
  virtual ~Keys() = default;
  virtual Result<DataKeyPtr> current(const Owner& owner) = 0;  ///< for what is written now
  virtual Result<DataKeyPtr> oldest(const Owner& owner) = 0;   ///< that lives: does not change with a rotation
  virtual Result<DataKeyPtr> version(const Owner& owner, std::uint32_t version) = 0;
};

/// Where a sealed value stands. It is authenticated: moved to another tenant, topic, column or row it does not open.
struct Place {
  std::string_view tenant, migration;
  std::string_view where;  ///< topic, or "schema.table.column"
  std::string_view id;     ///< of the message or row
};

/// Format: version (2) | algorithm | key version (4, big endian) | nonce (24) | ciphertext | tag (16). XChaCha20-Poly1305 with random
/// nonces; zstd comes before it where that pays. No protobuf message, JSON or zstd frame begins with this version byte, so values that
/// were written before sealing are told apart and come back as they are. Thread-safe.
class Seal {
 public:
  explicit Seal(std::shared_ptr<Keys> keys) : keys_(std::move(keys)) {}
  Result<std::string> seal(const Place& place, std::string_view plain) const;
  /// The same as text (for text columns): version byte and base64 of the rest.
  Result<std::string> seal_text(const Place& place, std::string_view plain) const;
  /// What stands in a key column for a text: the same for the same text and place, and tells nothing to who has no key.
  Result<std::string> fingerprint(const Place& place, std::string_view text) const;
  /// Opens either form. Error data_loss SEAL_BROKEN: changed, or not from this place.
  Result<std::string> open(const Place& place, std::string_view stored) const;

 private:
  std::shared_ptr<Keys> keys_;
};

bool is_sealed(std::string_view stored);
/// Of a value in the form of bytes.
std::uint32_t key_version(std::string_view sealed);

}  // namespace q2o::sealing
