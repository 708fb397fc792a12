#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>

#include <regex>

#include "common/http/guard.h"
#include "fuzz/targets.h"

/// Addresses as strangers write them. What the guard lets pass is looked at by three other readers: a pattern of its own, libcurl again,
/// and the C library's readers of numeric addresses, which take the odd spellings.
namespace q2o::fuzz {
namespace {

void numeric_for_nobody(const std::string& host) {
  in_addr odd{};
  expect(inet_aton(host.c_str(), &odd) == 0, "a host that passes is no address for inet_aton");
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_NUMERICHOST;
  const bool numeric = getaddrinfo(host.c_str(), nullptr, &hints, &found) == 0;
  if (numeric) freeaddrinfo(found);
  expect(!numeric, "a host that passes is no address for getaddrinfo");
}

void same_for_curl(const std::string& url, const std::string& host) {
  CURLU* handle = curl_url();
  char* seen = nullptr;
  expect(curl_url_set(handle, CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK, "libcurl reads what passes");
  expect(curl_url_get(handle, CURLUPART_HOST, &seen, 0) == CURLUE_OK && host == seen, "libcurl sees the same host");
  curl_free(seen);
  curl_url_cleanup(handle);
}

}  // namespace

void url(std::string_view bytes) {
  static const http::Guard kStrict({.allow_query = true}), kLocal({.allow_private = true});
  static const std::regex kPassed(R"(https://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]+)(/[!-~]*)?(\?[!-~]*)?)");
  const auto checked = kStrict.check(bytes);
  const auto local = kLocal.check(bytes);
  if (local) expect(kLocal.check(*local).value_or("") == *local, "a second look changes nothing in development");
  if (!checked) return expect(!checked.error().message.empty() && !checked.error().hint.empty(), "a refusal says why and what to do");
  expect(kStrict.check(*checked).value_or("") == *checked, "a second look changes nothing");
  std::smatch parts;
  expect(std::regex_match(*checked, parts, kPassed), "only https, a name and a path pass");
  numeric_for_nobody(parts[1]);
  same_for_curl(*checked, parts[1]);
}

}  // namespace q2o::fuzz
