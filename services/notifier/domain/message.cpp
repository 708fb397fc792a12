#include "services/notifier/domain/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "common/crypto/signed_token.h"
#include "common/ids/ids.h"

namespace q2o::notifier {
namespace {

constexpr std::size_t kLine = 76;
constexpr std::size_t kAddressMost = 254;
/// What base64 turns into 60 digits: with "=?UTF-8?B?" and "?=" 72 characters.
constexpr std::size_t kWordBytes = 45;

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x7f;
}

/// First byte of a UTF-8 character.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

bool has_line_end(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

std::string date_of(std::chrono::system_clock::time_point at) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// "Ann Lee" <ann@example.com>
std::string mailbox(const std::string& name, const std::string& address) {
  if (name.empty()) return "<" + address + ">";
  auto words = header_text(name);
  if (words == name) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    words = quoted + "\"";
  }
  return words + " <" + address + ">";
}

std::string part(std::string_view type, const std::string& text) {
  return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", type,
                     quoted_printable(text));
}

}  // namespace

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > kAddressMost || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const auto local = text.substr(0, at), domain = text.substr(at + 1);
  if (!std::ranges::all_of(text, [](unsigned char c) { return is_plain(c) && c != ' '; })) return false;
  if (local.find_first_of("<>()[]\\,;:\"") != std::string_view::npos) return false;
  const auto good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  if (domain.empty() || !std::ranges::all_of(domain, good) || domain.front() == '.' || domain.back() == '.') return false;
  return domain == "localhost" || (domain.find('.') != std::string_view::npos && domain.find("..") == std::string_view::npos);
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t width = 0;
  const auto put = [&](std::string_view piece, bool last) {
    if (width + piece.size() > kLine - (last ? 0 : 1)) {
      out += "=\r\n";
      width = 0;
    }
    out += piece;
    width += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      width = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    if ((is_plain(static_cast<unsigned char>(c)) && c != '=' && !(blank && last)) || (c == '\t' && !last))
      put(std::string_view(&c, 1), last);
    else
      put(fmt::format("={:02X}", static_cast<unsigned char>(c)), last);
  }
  return out;
}

std::string header_text(std::string_view value) {
  if (std::ranges::all_of(value, [](unsigned char c) { return is_plain(c); }) && value.find("=?") == std::string_view::npos)
    return std::string(value);
  std::string out;
  while (!value.empty()) {
    auto size = std::min(kWordBytes, value.size());
    while (size < value.size() && size > 1 && !begins_character(value[size])) --size;
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", crypto::base64(value.substr(0, size)));
    value.remove_prefix(size);
  }
  return out;
}

Result<std::string> write_message(const Letter& letter) {
  for (const auto& address : {letter.from_address, letter.to_address}) {
    if (!is_address(address)) return fail(Code::invalid_argument, "that is no e-mail address", "BAD_ADDRESS", "Write it as name@domain.");
  }
  for (const auto& value : {letter.from_name, letter.to_name, letter.subject, letter.message_id, letter.unsubscribe_url}) {
    if (has_line_end(value)) return fail(Code::invalid_argument, "a header of a mail holds a line end", "BAD_HEADER");
  }
  // Made from the content, so that it occurs in no part (parts are quoted-printable: "=_" never stands in them).
  const auto boundary = "=_" + ids::sha256_hex(letter.message_id + letter.text + letter.html).substr(0, 32);
  std::string out = fmt::format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}>\r\n", date_of(letter.date),
                                mailbox(letter.from_name, letter.from_address), mailbox(letter.to_name, letter.to_address),
                                header_text(letter.subject), letter.message_id);
  out += "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n";
  if (!letter.unsubscribe_url.empty())
    out += fmt::format("List-Unsubscribe: <{}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", letter.unsubscribe_url);
  out += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
  out += fmt::format("--{}\r\n{}--{}\r\n{}--{}--\r\n", boundary, part("text/plain", letter.text), boundary, part("text/html", letter.html),
                     boundary);
  return out;
}

}  // namespace q2o::notifier
