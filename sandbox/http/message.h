#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace q2o::sandbox {

/// A request as the handlers see it. Header names are lower case; the query's names and values are decoded.
struct Request {
  std::string method = {};
  std::string path = {};                          ///< decoded, without the query
  std::map<std::string, std::string> query = {};  ///< first value of each name
  std::map<std::string, std::string> headers = {};
  std::string body = {};

  /// Empty when the header is absent. `name` in lower case.
  std::string_view header(const std::string& name) const;
  std::string_view parameter(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json;charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Called from several threads at once; must be thread-safe.
using Handler = std::function<Response(const Request&)>;

/// "a%20b+c" -> "a b c" (application/x-www-form-urlencoded). Broken escapes stay as they are.
std::string url_decoded(std::string_view text);
/// "a=1&b=x%20y" -> names and values; the first value of a name wins.
std::map<std::string, std::string> form_fields(std::string_view text);

}  // namespace q2o::sandbox
