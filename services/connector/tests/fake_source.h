#pragma once

#include <functional>
#include <mutex>

#include "services/connector/app/ports.h"

namespace q2o::connector::testing {

/// A small company behind the source's HTTP interface: query language, one ledger report, files by a short-lived address, token endpoint
/// with rotation and codes, and the one that ends consents (http://revoke).
/// Can be told to misbehave: `disturb` sees every API request first and may answer in its place.
class FakeSource : public SourceApi {
 public:
  FakeSource();
  Result<http::Response> send(const http::Request& request, milliseconds deadline) override;

  void add(const std::string& entity, const std::string& id, const std::string& more = "");
  void add_posting(const std::string& date) { postings.push_back(date); }

  std::map<std::string, std::vector<std::string>> rows;     ///< entity -> objects
  std::map<std::string, std::vector<std::string>> updated;  ///< what the change feed tells, and who asks by the time of the last change
  std::map<std::string, std::vector<std::string>> deleted;  ///< ids; only the change feed tells them
  std::string time = "t";                                   ///< its clock, in every answer
  std::vector<std::string> postings;                        ///< dates of the ledger
  std::map<std::string, std::string> files;                 ///< attachable -> bytes
  std::size_t report_rows_max = 100000;                     ///< more: the answer says it was cut
  std::function<std::optional<Result<http::Response>>(const std::string& url)> disturb;
  std::function<void(const std::string& statement)> before_query;

  std::string access = "access-0", refresh = "refresh-0";
  bool revoked = false;
  int refreshes = 0;
  std::string code;                         ///< what a consent has given; works once
  std::vector<std::string> revoked_tokens;  ///< bodies of the requests that end a consent
  int revoke_status = 200;
  std::vector<std::string> requests() {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  int requests_with(const std::string& part);

 private:
  http::Response answer(const std::string& url);
  Result<http::Response> file(const http::Request& request);
  http::Response query(const std::string& statement);
  http::Response feed_answer(const std::string& entity);
  http::Response report(const std::string& url);
  http::Response token(const std::string& body);
  std::recursive_mutex mutex_;
  std::vector<std::string> requests_;
};

std::string percent_decode(std::string_view text);
http::Response json_answer(int status, std::string body);
std::string fault(const std::string& code, const std::string& message);

}  // namespace q2o::connector::testing
