#include "common/crypto/crypto.h"

#include <sodium.h>
#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

namespace q2o::crypto {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
/// First byte of a sealed blob: format and algorithm. A new algorithm gets a new number.
constexpr char kVersion = '\x01';

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

tl::unexpected<Error> bad_key_file(const std::string& path, const std::string& what) {
  return fail(Code::failed_precondition, "key file " + path + " " + what, "BAD_KEY_FILE",
              "The file must hold 64 hex digits and belong to its reader alone (chmod 600); scripts/install makes it.");
}

tl::unexpected<Error> cannot_open(const std::string& why) {
  return fail(Code::data_loss, "sealed value does not open: " + why, "SEAL_BROKEN",
              "The key file or the stored value was changed; connect again.");
}

}  // namespace

Result<Sealer> Sealer::from_file(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return bad_key_file(path, "cannot be read");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return bad_key_file(path, "is open to others");
  std::ifstream file(path);
  std::string hex;
  file >> hex;
  std::string key(kKeyBytes, '\0');
  std::size_t written = 0;
  const char* end = nullptr;
  const bool good = sodium_hex2bin(bytes(key), key.size(), hex.data(), hex.size(), nullptr, &written, &end) == 0 && written == kKeyBytes &&
                    end == hex.data() + hex.size();
  sodium_memzero(hex.data(), hex.size());
  if (!good) return bad_key_file(path, "does not hold 64 hex digits");
  return Sealer(config::Secret(std::move(key)));
}

Sealer::Sealer(config::Secret key_bytes) : key_(std::move(key_bytes)) {
  start_sodium();
  if (key_.reveal().size() != kKeyBytes) throw std::invalid_argument("sealing key must have 32 bytes");
}

std::string Sealer::seal(const config::Secret& plain, std::string_view context) const {
  const std::string& text = plain.reveal();
  std::string out(1 + kNonceBytes + text.size() + kTagBytes, '\0');
  out[0] = kVersion;
  randombytes_buf(bytes(out) + 1, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(out) + 1 + kNonceBytes, nullptr, bytes(text), text.size(), bytes(context),
                                             context.size(), nullptr, bytes(out) + 1, bytes(key_.reveal()));
  return out;
}

Result<config::Secret> Sealer::open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < 1 + kNonceBytes + kTagBytes) return cannot_open("too short");
  if (sealed.front() != kVersion) return cannot_open("unknown version");
  const auto nonce = sealed.substr(1, kNonceBytes);
  const auto cipher = sealed.substr(1 + kNonceBytes);
  std::string plain(cipher.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), nullptr, nullptr, bytes(cipher), cipher.size(), bytes(context),
                                                 context.size(), bytes(nonce), bytes(key_.reveal())) != 0) {
    return cannot_open("wrong key, wrong place or changed bytes");
  }
  return config::Secret(std::move(plain));
}

}  // namespace q2o::crypto
