#include "common/sealing/seal.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <zstd.h>

#include <stdexcept>

namespace q2o::sealing {
namespace {

constexpr char kVersion = '\x02';  // 1 is the format of crypto::Sealer
constexpr char kPlain = '\x01';    // XChaCha20-Poly1305
constexpr char kPacked = '\x02';   // the same over a zstd frame
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeadBytes = 6;
constexpr std::size_t kOverhead = kHeadBytes + kNonceBytes + kTagBytes;
/// Below this zstd costs more than it saves.
constexpr std::size_t kPackFrom = 512;
constexpr int kPackLevel = 1;
/// A message has 17 MiB at most; a frame that says more was not made here.
constexpr unsigned long long kUnpackedMost = 64u << 20;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

tl::unexpected<Error> broken(const Place& place, const std::string& why) {
  return fail(Code::data_loss, "sealed value of " + std::string(place.where) + " does not open: " + why, "SEAL_BROKEN",
              "The stored bytes were changed or stand in another place; read the source again (a new run).");
}

struct Packer {
  ZSTD_CCtx* pack = ZSTD_createCCtx();
  ZSTD_DCtx* unpack = ZSTD_createDCtx();
  ~Packer() {
    ZSTD_freeCCtx(pack);
    ZSTD_freeDCtx(unpack);
  }
};
Packer& packer() {
  thread_local Packer one;
  return one;
}

/// What is authenticated beside the content: the head and the place. Lengths keep the parts apart.
std::string context(std::string_view head, const Place& place) {
  std::string out(head);
  for (const auto part : {place.tenant, place.migration, place.where, place.id}) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
  }
  return out;
}

std::string head(char algorithm, std::uint32_t version) {
  std::string out{kVersion, algorithm};
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(version >> shift & 0xff);
  return out;
}

/// The packed form when it is smaller by a tenth.
std::string packed(std::string_view plain) {
  if (plain.size() < kPackFrom) return {};
  if (plain.size() > kUnpackedMost) return {};  // unpacked() would refuse it
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const auto size = ZSTD_compressCCtx(packer().pack, out.data(), out.size(), plain.data(), plain.size(), kPackLevel);
  if (ZSTD_isError(size) != 0 || size > plain.size() - plain.size() / 10) return {};
  out.resize(size);
  return out;
}

Result<std::string> unpacked(const Place& place, const std::string& frame) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kUnpackedMost) return broken(place, "no whole frame");
  std::string out(size, '\0');
  const auto got = ZSTD_decompressDCtx(packer().unpack, out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != size) return broken(place, "no whole frame");
  return out;
}

bool is_text_form(std::string_view stored) {
  return stored.size() > 1 && stored[1] >= '+';  // base64; algorithms are below
}

std::string from_base64(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(out), out.size(), text.data(), text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return {};
  out.resize(size);
  return out;
}

}  // namespace

std::uint32_t key_version(std::string_view sealed) {
  std::uint32_t out = 0;
  for (std::size_t i = 2; i < kHeadBytes && i < sealed.size(); ++i) out = out << 8 | static_cast<unsigned char>(sealed[i]);
  return out;
}

bool is_sealed(std::string_view stored) {
  return !stored.empty() && stored.front() == kVersion;
}

Result<std::string> Seal::seal(const Place& place, std::string_view plain) const {
  const auto key = keys_->current({std::string(place.tenant), std::string(place.migration)});
  if (!key) return fail(key.error());
  const std::string frame = packed(plain);
  const std::string_view content = frame.empty() ? plain : frame;
  std::string out = head(frame.empty() ? kPlain : kPacked, (*key)->version);
  const std::string authenticated = context(out, place);
  out.resize(kOverhead + content.size());
  auto* nonce = bytes(out) + kHeadBytes;
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, nullptr, bytes(content), content.size(), bytes(authenticated),
                                             authenticated.size(), nullptr, nonce, bytes((*key)->bytes.reveal()));
  return out;
}

Result<std::string> Seal::seal_text(const Place& place, std::string_view plain) const {
  const auto sealed = seal(place, plain);
  if (!sealed) return sealed;
  std::string out(1 + (sealed->size() + 1) / 3 * 4 + 1, kVersion);
  const auto size = EVP_EncodeBlock(bytes(out) + 1, bytes(std::string_view(*sealed)) + 1, static_cast<int>(sealed->size() - 1));
  out.resize(1 + static_cast<std::size_t>(size));
  return out;
}

Result<std::string> Seal::fingerprint(const Place& place, std::string_view text) const {
  const auto key = keys_->oldest({std::string(place.tenant), std::string(place.migration)});
  if (!key) return fail(key.error());
  unsigned char derived[crypto_generichash_KEYBYTES];
  crypto_kdf_derive_from_key(derived, sizeof derived, 1, "q2o_find", bytes((*key)->bytes.reveal()));
  const std::string input = context("", place) + std::string(text);
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(bytes(hash), hash.size(), bytes(input), input.size(), derived, sizeof derived);
  sodium_memzero(derived, sizeof derived);
  std::string out(sodium_base64_ENCODED_LEN(hash.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes(hash), hash.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // its NUL
  return "\x03" + out;
}

Result<std::string> Seal::open(const Place& place, std::string_view stored) const {
  if (!is_sealed(stored)) return std::string(stored);
  if (is_text_form(stored)) {
    const std::string decoded = from_base64(stored.substr(1));
    if (decoded.empty() || decoded.front() >= '+') return broken(place, "no base64");
    return open(place, std::string(1, kVersion) + decoded);
  }
  if (stored.size() < kOverhead) return broken(place, "too short");
  const auto key = keys_->version({std::string(place.tenant), std::string(place.migration)}, key_version(stored));
  if (!key) return fail(key.error());
  const std::string authenticated = context(stored.substr(0, kHeadBytes), place);
  const auto nonce = stored.substr(kHeadBytes, kNonceBytes);
  const auto cipher = stored.substr(kHeadBytes + kNonceBytes);
  std::string plain(cipher.size() - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), nullptr, nullptr, bytes(cipher), cipher.size(), bytes(authenticated),
                                                 authenticated.size(), bytes(nonce), bytes((*key)->bytes.reveal())) != 0) {
    return broken(place, "wrong place or changed bytes");
  }
  if (stored[1] == kPlain) return plain;
  return stored[1] == kPacked ? unpacked(place, plain) : broken(place, "unknown algorithm");
}

}  // namespace q2o::sealing
