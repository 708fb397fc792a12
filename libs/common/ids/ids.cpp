#include "common/ids/ids.h"

#include <openssl/sha.h>
#include <sodium.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace q2o::ids {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
/// Chosen once at random; changing it would change every message id.
constexpr std::string_view kNamespace = "b3408331-f140-4acc-86dc-f72d9ab1ed6f";
constexpr char kSeparator = '\x1f';
constexpr std::string_view kHex = "0123456789abcdef";

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string format(Bytes bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string out = hex(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) out.insert(at, 1, '-');
  return out;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}
std::uint8_t nibble(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

Bytes parse(std::string_view uuid) {
  Bytes out{};
  std::size_t digit = 0;
  for (const char c : uuid) {
    if (c == '-') continue;
    auto& byte = out.at(digit++ / 2);
    byte = static_cast<std::uint8_t>((byte << 4) | nibble(c));
  }
  return out;
}

Bytes random_bytes() {
  Bytes out{};
  randombytes_buf(out.data(), out.size());
  return out;
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string uuid_v4() {
  return format(random_bytes(), 4);
}

std::string uuid_v5_in(std::string_view name_space, std::string_view name) {
  const Bytes prefix = parse(name_space);
  std::string text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  text += name;
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  Bytes out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return format(out, 5);
}

std::string uuid_v5(std::initializer_list<std::string_view> parts) {
  std::string name;
  for (const auto part : parts) {
    name += part;
    name += kSeparator;
  }
  return uuid_v5_in(kNamespace, name);
}

std::string uuid_v7() {
  using namespace std::chrono;
  Bytes bytes = random_bytes();
  auto milliseconds_now = static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  for (std::size_t i = 6; i-- > 0; milliseconds_now >>= 8) bytes[i] = static_cast<std::uint8_t>(milliseconds_now & 0xff);
  return format(bytes, 7);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return hex(digest);
}

std::string snake_case(std::string_view entity) {
  std::string out;
  for (std::size_t i = 0; i < entity.size(); ++i) {
    const bool next_is_lower = i + 1 < entity.size() && is_lower_or_digit(entity[i + 1]);
    const bool starts_word = is_upper(entity[i]) && i > 0 && (is_lower_or_digit(entity[i - 1]) || next_is_lower);
    if (starts_word) out += '_';
    out += lower(entity[i]);
  }
  return out;
}

std::string connection_slug(std::string_view prefix, std::string_view source_company_id) {
  std::string out;
  for (const auto part : {prefix, source_company_id}) {
    for (const char c : part) {
      if (is_lower_or_digit(lower(c))) out += lower(c);
    }
  }
  return out;
}

}  // namespace q2o::ids
