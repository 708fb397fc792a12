#include "sandbox/mail/message_reader.h"

#include <algorithm>
#include <optional>

namespace q2o::sandbox::mail {
namespace {

constexpr int kDepthMax = 8;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<char> escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || hex(text[at + 1]) < 0 || hex(text[at + 2]) < 0) return std::nullopt;
  return static_cast<char>(hex(text[at + 1]) * 16 + hex(text[at + 2]));
}

struct Part {
  std::map<std::string, std::string> headers;
  std::string_view body;
};

/// Head and body are parted by the first empty line.
Part split(std::string_view raw) {
  Part out;
  std::string* last = nullptr;
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    auto line = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    if ((line[0] == ' ' || line[0] == '\t') && last != nullptr) {
      *last += ' ';
      *last += trimmed(line);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    last = &out.headers[lower(line.substr(0, colon))];
    *last = trimmed(line.substr(colon + 1));
  }
  out.body = raw;
  return out;
}

/// `name` of "text/html; charset=utf-8; boundary=\"x\"".
std::string parameter(const std::string& header, std::string_view name) {
  const auto at = lower(header).find(std::string(name) + "=");
  if (at == std::string::npos) return {};
  auto rest = std::string_view(header).substr(at + name.size() + 1);
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(trimmed(rest.substr(0, rest.find(';'))));
}

std::string decoded(const Part& part) {
  const auto found = part.headers.find("content-transfer-encoding");
  const auto encoding = found == part.headers.end() ? std::string() : lower(found->second);
  if (encoding == "quoted-printable") return quoted_printable_decoded(part.body);
  if (encoding == "base64") return base64_decoded(part.body);
  return std::string(part.body);
}

void read_part(const Part& part, Message& out, int depth) {
  const auto found = part.headers.find("content-type");
  const auto type = found == part.headers.end() ? std::string("text/plain") : found->second;
  if (lower(type).starts_with("multipart/") && depth < kDepthMax) {
    const auto boundary = "--" + parameter(type, "boundary");
    auto rest = part.body;
    for (auto at = rest.find(boundary); at != std::string_view::npos; at = rest.find(boundary)) {
      rest = rest.substr(at + boundary.size());
      if (rest.starts_with("--")) return;
      const auto begin = rest.find('\n');
      if (begin == std::string_view::npos) return;
      auto body = rest.substr(begin + 1, rest.find("\n" + boundary) - begin - 1);
      if (!body.empty() && body.back() == '\r') body.remove_suffix(1);
      read_part(split(body), out, depth + 1);
    }
    return;
  }
  auto& text = lower(type).starts_with("text/html") ? out.html : out.text;
  if (text.empty()) text = decoded(part);
}

std::vector<std::string> links_of(std::string_view text) {
  std::vector<std::string> out;
  for (auto at = text.find("http"); at != std::string_view::npos; at = text.find("http", at + 4)) {
    auto rest = text.substr(at);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) continue;
    auto link = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
    while (!link.empty() && (link.back() == '.' || link.back() == ',' || link.back() == ')')) link.remove_suffix(1);
    std::string plain(link);
    for (auto mark = plain.find("&amp;"); mark != std::string::npos; mark = plain.find("&amp;")) plain.replace(mark, 5, "&");
    if (std::ranges::find(out, plain) == out.end()) out.push_back(plain);
  }
  return out;
}

}  // namespace

std::string quoted_printable_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1).starts_with("\r\n")) {
      i += 2;
    } else if (text.substr(i + 1).starts_with("\n")) {
      i += 1;
    } else if (const auto byte = escaped_byte(text, i)) {
      out += *byte;
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string base64_decoded(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto value = digits.find(c);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    if ((have += 6) < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xff);
  }
  return out;
}

std::string words_decoded(std::string_view value) {
  std::string out;
  bool after_word = false;
  while (!value.empty()) {
    const auto begin = value.find("=?");
    const auto code = begin == std::string_view::npos ? begin : value.find('?', begin + 2);
    const auto end = code == std::string_view::npos || code + 2 >= value.size() ? std::string_view::npos : value.find("?=", code + 3);
    if (end == std::string_view::npos) return out + std::string(value);
    const auto between = value.substr(0, begin);
    if (!after_word || between.find_first_not_of(" \t") != std::string_view::npos) out += between;
    const auto word = value.substr(code + 3, end - code - 3);
    if (lower(value.substr(code + 1, 1)) == "b") {
      out += base64_decoded(word);
    } else {
      std::string spaced(word);
      std::ranges::replace(spaced, '_', ' ');
      out += quoted_printable_decoded(spaced);
    }
    value = value.substr(end + 2);
    after_word = true;
  }
  return out;
}

Message read_message(std::string_view raw) {
  Message out;
  const auto whole = split(raw);
  for (const auto& [name, value] : whole.headers) out.headers[name] = words_decoded(value);
  read_part(whole, out, 0);
  out.links = links_of(out.text.empty() ? out.html : out.text);
  return out;
}

}  // namespace q2o::sandbox::mail
