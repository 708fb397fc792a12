#include "common/crypto/signed_token.h"

#include <sodium.h>

#include <charconv>
#include <stdexcept>

#include "common/crypto/hmac.h"

namespace q2o::crypto {
namespace {

constexpr std::size_t kTokenMost = 4096;

std::string encoded(std::string_view bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
  out.pop_back();  // its final NUL
  return out;
}

bool decode(std::string_view text, int variant, std::string& out) {
  out.assign(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr, &size, &end,
                        variant) != 0 ||
      end != text.data() + text.size())
    return false;
  out.resize(size);
  return true;
}

std::string signature(const config::Secret& key, std::string_view purpose, std::string_view body) {
  std::string text(purpose);
  text += '\n';
  text += body;
  return hmac_sha256_hex(key, text);
}

tl::unexpected<Error> invalid() {
  return fail(Code::unauthenticated, "the token is none of ours", "TOKEN_INVALID", "Ask for a new one.");
}

}  // namespace

std::string sign_token(const config::Secret& key, std::string_view purpose, const std::vector<std::string>& parts, Moment expires) {
  auto body = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count());
  for (const auto& part : parts) {
    if (part.find('\n') != std::string::npos) throw std::invalid_argument("a part of a token holds a line end");
    body += '\n';
    body += part;
  }
  return encoded(body, sodium_base64_VARIANT_URLSAFE_NO_PADDING) + "." + signature(key, purpose, body);
}

Result<ReadToken> read_token(const config::Secret& key, std::string_view purpose, std::string_view token, Moment now) {
  const auto dot = token.find('.');
  std::string body;
  if (token.size() > kTokenMost || dot == std::string_view::npos ||
      !decode(token.substr(0, dot), sodium_base64_VARIANT_URLSAFE_NO_PADDING, body))
    return invalid();
  if (!equal_in_constant_time(token.substr(dot + 1), signature(key, purpose, body))) return invalid();
  ReadToken out;
  std::string_view rest = body;
  std::int64_t seconds = 0;
  const auto first = rest.substr(0, rest.find('\n'));
  std::from_chars(first.data(), first.data() + first.size(), seconds);
  out.expires = Moment(std::chrono::seconds(seconds));
  while (rest.find('\n') != std::string_view::npos) {
    rest = rest.substr(rest.find('\n') + 1);
    out.parts.emplace_back(rest.substr(0, rest.find('\n')));
  }
  if (now >= out.expires) return fail(Code::unauthenticated, "the token's time is over", "TOKEN_EXPIRED", "Ask for a new one.");
  return out;
}

std::string base64(std::string_view bytes) {
  return encoded(bytes, sodium_base64_VARIANT_ORIGINAL);
}

Result<std::string> from_base64(std::string_view text) {
  std::string out;
  for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    if (decode(text, variant, out)) return out;
  }
  return fail(Code::invalid_argument, "that is no base64", "BASE64");
}

std::string random_bytes(std::size_t count) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
  std::string out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

std::string hmac_sha256(const config::Secret& key, std::string_view text) {
  const auto hex = hmac_sha256_hex(key, text);
  std::string out(hex.size() / 2, '\0');
  std::size_t size = 0;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), hex.data(), hex.size(), nullptr, &size, nullptr) != 0)
    throw std::runtime_error("HMAC-SHA256 cannot be computed");
  return out;
}

}  // namespace q2o::crypto
