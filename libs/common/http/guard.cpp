#include "common/http/guard.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

#include "common/http/address.h"

namespace q2o::http {
namespace {

constexpr std::size_t kUrlBytesMax = 8000, kHostBytesMax = 253, kLabelBytesMax = 63;

/// Names that mean a machine or a network of one's own, or none at all (RFC 6761, 6762, 8375, .internal of ICANN, and common habits).
constexpr std::array<std::string_view, 12> kOwnNames{"localhost", "local", "localdomain", "internal", "intranet", "lan",
                                                     "home",      "corp",  "arpa",        "test",     "invalid",  "onion"};

tl::unexpected<Error> invalid(std::string_view what) {
  return fail(Code::invalid_argument, fmt::format("this is no address that can be used: {}", what), "URL_INVALID",
              "Give it as https://host, the way it stands in the browser after signing in, without user, query or fragment.");
}

tl::unexpected<Error> refused(std::string_view what) {
  return fail(Code::invalid_argument, fmt::format("this address is refused: {}", what), "ADDRESS_REFUSED",
              "It must be a public server with a name and a certificate: https://books.example.com.");
}

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::optional<std::string> part_of(const Handle& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string out(text);
  curl_free(text);
  return out;
}

bool is_graphic(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f;
}

/// "127.0.0.1", "2130706433", "0x7f.1" as some resolver or other reads them: whatever ends in a number is no name.
bool ends_in_a_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto last = host.substr(host.rfind('.') + 1);  // npos + 1 == 0
  if (last.starts_with("0x")) return last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' && label.back() != '-' &&
         label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_name(std::string_view host) {
  if (host.size() > kHostBytesMax) return false;
  while (true) {
    const auto dot = host.find('.');
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool is_own_name(std::string_view host) {
  const auto dot = host.rfind('.');
  return dot == std::string_view::npos || std::ranges::find(kOwnNames, host.substr(dot + 1)) != kOwnNames.end();
}

/// Lower case and ASCII, by IDNA 2008 (UTS 46 mapping: full-width digits and circled letters become what they stand for).
std::optional<std::string> ascii_host(const std::string& host) {
  char* out = nullptr;
  const auto done = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(host.c_str()), reinterpret_cast<std::uint8_t**>(&out),
                                   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (done != IDN2_OK) return std::nullopt;
  std::string text(out);
  idn2_free(out);
  return text;
}

/// What stands between "//" and the path. libcurl reads it too; here only that no second reader could see another host in it.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos || url.find_first_of(":/") != begin) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

/// Nothing: the text has nothing in it that readers of addresses take differently.
std::optional<std::string_view> oddity(std::string_view url) {
  if (url.size() > kUrlBytesMax) return "it is too long";
  if (!std::ranges::all_of(url, is_graphic)) return "it has spaces or control characters";
  if (url.find_first_of("\\\"<>^`{}|") != std::string_view::npos) return "it has characters that no address has";
  if (url.find('#') != std::string_view::npos) return "it has a fragment (#)";
  if (authority_of(url).empty()) return "it does not begin with https:// and a host";
  if (authority_of(url).find('@') != std::string_view::npos) return "it has a user or password in it";
  if (authority_of(url).find('%') != std::string_view::npos) return "the host is percent-encoded";
  return std::nullopt;
}

}  // namespace

GuardRules read_guard_rules(config::Reader& config) {
  GuardRules rules;
  rules.allow_private = config.boolean("targets.allow_private", false);
  const auto mode = config.text("service.mode", "production");
  if (mode != "production" && mode != "development")
    throw std::runtime_error("service.mode is \"production\" or \"development\", not \"" + mode + "\"");
  if (rules.allow_private && mode != "development")
    throw std::runtime_error("targets.allow_private is for local development: it is refused where service.mode is not \"development\"");
  rules.ports.clear();
  for (const auto& port : config.list("targets.ports", {"443"})) {
    const bool number = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    if (!number || std::stoi(port) < 1 || std::stoi(port) > 65535) throw std::runtime_error("targets.ports: \"" + port + "\" is no port");
    rules.ports.push_back(std::stoi(port));
  }
  return rules;
}

Error leads_inside(std::string_view network) {
  return {Code::invalid_argument,
          fmt::format("the name of the server leads to an address that is not reached from here: {}", network),
          Retry::never,
          Effect::none,
          "ADDRESS_REFUSED",
          "Give the server a public address, or its public name.",
          {}};
}

std::string_view Guard::refuses(const sockaddr& address) const {
  const auto network = network_of(address);
  const bool permitted = network.reach == Reach::everywhere || (network.reach == Reach::inside && rules_.allow_private);
  return permitted ? std::string_view() : network.name;
}

Result<std::string> Guard::check(std::string_view text) const {
  if (const auto odd = oddity(text)) return invalid(*odd);
  const Handle url(curl_url(), &curl_url_cleanup);
  if (!url) throw std::bad_alloc();
  const auto read = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_DISALLOW_USER);
  if (read != CURLUE_OK) return invalid(curl_url_strerror(read));
  const auto scheme = part_of(url, CURLUPART_SCHEME), given = part_of(url, CURLUPART_HOST),
             port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto path = part_of(url, CURLUPART_PATH), query = part_of(url, CURLUPART_QUERY);
  if (!scheme || !given || !port || !path || part_of(url, CURLUPART_USER) || part_of(url, CURLUPART_PASSWORD))
    return invalid("it has no host, or a user");
  if (*scheme != "https" && !(*scheme == "http" && rules_.allow_private)) return refused("only https is spoken");
  if (query && !rules_.allow_query) return invalid("it has a query (?)");
  if (!std::ranges::all_of(*path + query.value_or(""), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return invalid("its path is not percent-encoded");

  std::string host = *given;
  if (host.starts_with('[')) {
    if (!rules_.allow_private) return refused("an IP address instead of a name");
  } else {
    const auto ascii = ascii_host(host);
    if (!ascii || !is_name(*ascii)) return invalid("that is not the name of a host");
    host = *ascii;
    if (!rules_.allow_private && ends_in_a_number(host)) return refused("an IP address instead of a name");
    if (!rules_.allow_private && is_own_name(host)) return refused("a name that only means something inside a network");
  }
  const int number = std::stoi(*port);
  const bool permitted = rules_.allow_private ? number > 0 : std::ranges::find(rules_.ports, number) != rules_.ports.end();
  if (!permitted) return refused(fmt::format("port {}", number));

  const bool default_port = number == (*scheme == "https" ? 443 : 80);
  return fmt::format("{}://{}{}{}{}", *scheme, host, default_port ? "" : ":" + *port, *path == "/" && !query ? "" : *path,
                     query ? "?" + *query : "");
}

}  // namespace q2o::http
