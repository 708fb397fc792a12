#include "common/crypto/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "common/crypto/crypto.h"

namespace q2o::crypto {

std::string hmac_sha256_hex(const config::Secret& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const auto& bytes = key.reveal();
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) throw std::length_error("a key is too long");
  if (HMAC(EVP_sha256(), bytes.data(), static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           digest.data(), &length) == nullptr) {
    throw std::runtime_error("HMAC-SHA256 cannot be computed");
  }
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 15];
  }
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<config::Secret> derived_key(const std::string& key_file, std::string_view purpose) {
  if (const auto good = Sealer::from_file(key_file); !good) return fail(good.error());  // its checks of the file
  std::string hex;
  std::ifstream(key_file) >> hex;
  const config::Secret key(std::move(hex));
  return config::Secret(hmac_sha256_hex(key, purpose));
}

}  // namespace q2o::crypto
