#include "services/connector/tests/fake_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace q2o::connector::testing {
namespace {

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto begin = text.find(before);
  if (begin == std::string::npos) return "";
  const auto from = begin + before.size();
  return text.substr(from, after.empty() ? std::string::npos : std::min(text.find(after, from), text.size()) - from);
}

std::string parameter(const std::string& url, const std::string& name) {
  return percent_decode(between(url + "&", name + "=", "&"));
}

}  // namespace

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

http::Response json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

std::string fault(const std::string& code, const std::string& message) {
  return fmt::format(R"({{"Fault":{{"Error":[{{"Message":"{}","Detail":"","code":"{}"}}],"type":"ValidationFault"}},"time":"t"}})", message,
                     code);
}

FakeSource::FakeSource() {
  rows["CompanyInfo"] = {R"({"CompanyName":"Fern & Sons","Id":"1"})"};
  rows["Preferences"] = {R"({"CurrencyPrefs":{"HomeCurrency":{"value":"USD"},"MultiCurrencyEnabled":false},)"
                         R"("AccountingInfoPrefs":{"FirstMonthOfFiscalYear":"January"},"Id":"1"})"};
}

void FakeSource::add(const std::string& entity, const std::string& id, const std::string& more) {
  rows[entity].push_back(fmt::format(R"({{"Id":"{}"{}}})", id, more));
}

int FakeSource::requests_with(const std::string& part) {
  std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(requests_.begin(), requests_.end(), [&](const std::string& r) { return r.find(part) != std::string::npos; }));
}

Result<http::Response> FakeSource::send(const http::Request& request, milliseconds) {
  std::lock_guard lock(mutex_);
  if (request.method == "POST" && request.url.starts_with("http://revoke")) {
    revoked_tokens.push_back(request.body);
    return json_answer(revoke_status, "");
  }
  if (request.method == "POST") return token(request.body);
  const std::string url = percent_decode(request.url);
  requests_.push_back(url);
  if (disturb)
    if (auto instead = disturb(url)) return *instead;
  if (url.starts_with("http://store/")) return file(request);
  std::string authorization;
  for (const auto& header : request.headers)
    if (header.name == "Authorization") authorization = header.value;
  if (revoked || authorization != "Bearer " + access)
    return json_answer(
        401,
        R"({"fault":{"error":[{"message":"AuthenticationFailed","detail":"Token expired","code":"003200"}],"type":"AUTHENTICATION"}})");
  auto answered = answer(request.url);
  if (request.body_bytes_max > 0 && answered.body.size() > request.body_bytes_max)
    return fail(Code::resource_exhausted, "the answer is too large", "ANSWER_TOO_LARGE");
  return answered;
}

/// The store behind the addresses: its own proof is enough, a second one is an error.
Result<http::Response> FakeSource::file(const http::Request& request) {
  for (const auto& header : request.headers)
    if (header.name == "Authorization") return http::Response{400, {}, "<Error><Code>InvalidArgument</Code></Error>"};
  const auto found = files.find(request.url.substr(std::string_view("http://store/").size()));
  if (found == files.end()) return http::Response{404, {}, "<Error><Code>NoSuchKey</Code></Error>"};
  if (request.body_bytes_max > 0 && found->second.size() > request.body_bytes_max)
    return fail(Code::resource_exhausted, "the answer is too large", "ANSWER_TOO_LARGE");
  return http::Response{200, {{"Content-Type", "text/plain"}}, found->second};
}

http::Response FakeSource::token(const std::string& body) {
  requests_.push_back("token " + body);
  const bool exchanged = !code.empty() && body.find("code=" + code + "&") != std::string::npos;
  if (exchanged) code.clear();
  if (!exchanged && (revoked || body.find("refresh_token=" + refresh) == std::string::npos))
    return json_answer(400, R"({"error":"invalid_grant","error_description":"Token invalid"})");
  ++refreshes;
  access = fmt::format("access-{}", refreshes);
  refresh = fmt::format("refresh-{}", refreshes);
  return json_answer(
      200,
      fmt::format(
          R"({{"token_type":"bearer","expires_in":3600,"x_refresh_token_expires_in":8726400,"refresh_token":"{}","access_token":"{}"}})",
          refresh, access));
}

http::Response FakeSource::answer(const std::string& url) {
  if (url.find("/reports/") != std::string::npos) return report(url);
  if (const auto id = between(url, "/download/", "?"); !id.empty())
    return rows["Attachable"].empty() ? json_answer(400, fault("610", "Object Not Found"))
                                      : http::Response{200, {{"Content-Type", "text/plain"}}, "http://store/" + id + "\n"};
  if (url.find("/cdc?") != std::string::npos) return feed_answer(parameter(url, "entities"));
  return query(parameter(url, "query"));
}

http::Response FakeSource::feed_answer(const std::string& entity) {
  std::string out;
  for (const auto& object : updated[entity]) out += (out.empty() ? "" : ",") + object;
  for (const auto& id : deleted[entity])
    out += fmt::format(R"({}{{"domain":"QBO","status":"Deleted","Id":"{}"}})", out.empty() ? "" : ",", id);
  if (!out.empty()) out = fmt::format(R"("{}":[{}],"startPosition":1)", entity, out);
  return json_answer(200, fmt::format(R"({{"CDCResponse":[{{"QueryResponse":[{{{}}}]}}],"time":"{}"}})", out, time));
}

http::Response FakeSource::query(const std::string& statement) {
  if (before_query) before_query(statement);
  const std::string entity = between(statement + " ", "FROM ", " ");
  auto found = statement.find("LastUpdatedTime") == std::string::npos ? rows[entity] : updated[entity];
  if (const std::string year = between(statement, "TxnDate >= '", "-01-01'"); !year.empty())
    std::erase_if(found, [&](const std::string& row) { return row.find("\"TxnDate\":\"" + year) == std::string::npos; });
  if (statement.find("COUNT(*)") != std::string::npos)
    return json_answer(200, fmt::format(R"({{"QueryResponse":{{"totalCount":{}}},"time":"{}"}})", found.size(), time));
  if (statement.find(" DESC") != std::string::npos) std::reverse(found.begin(), found.end());
  const auto number = [&](const char* name, std::size_t fallback) {
    const auto text = between(statement + " ", name, " ");
    return text.empty() ? fallback : static_cast<std::size_t>(std::stoul(text));
  };
  const std::size_t start = number("STARTPOSITION ", 1), most = number("MAXRESULTS ", 100);
  std::string out;
  for (std::size_t i = start - 1; i < found.size() && i < start - 1 + most; ++i) out += (out.empty() ? "" : ",") + found[i];
  if (out.empty()) return json_answer(200, fmt::format(R"({{"QueryResponse":{{}},"time":"{}"}})", time));
  return json_answer(200, fmt::format(R"({{"QueryResponse":{{"{}":[{}],"startPosition":{}}},"time":"{}"}})", entity, out, start, time));
}

http::Response FakeSource::report(const std::string& url) {
  const std::string name = between(url + "?", "/reports/", "?"), start = parameter(url, "start_date"), end = parameter(url, "end_date");
  std::string out;
  std::size_t count = 0;
  if (name == "GeneralLedger")
    for (const auto& date : postings)
      if (start <= date && date <= end)
        out += fmt::format(R"({}{{"ColData":[{{"value":"{}"}},{{"value":"Invoice","id":"1"}}],"type":"Data"}})", count++ ? "," : "", date);
  if (count > report_rows_max)
    return json_answer(
        200,
        R"({"Header":{"ReportName":"GeneralLedger"},"Rows":{"Row":[{"ColData":[{"value":"Unable to display more data. Please reduce the date range."}]}]},"Columns":{}})");
  return json_answer(
      200,
      fmt::format(
          R"({{"Header":{{"ReportName":"{}","StartPeriod":"{}","EndPeriod":"{}"}},)"
          R"("Columns":{{"Column":[{{"ColTitle":"Date","MetaData":[{{"Name":"ColKey","Value":"tx_date"}}]}}]}},)"
          R"("Rows":{{"Row":[{{"Header":{{"ColData":[{{"value":"Checking","id":"35"}}]}},"Rows":{{"Row":[{}]}},"type":"Section"}}]}}}})",
          name, start, end, out));
}

}  // namespace q2o::connector::testing
