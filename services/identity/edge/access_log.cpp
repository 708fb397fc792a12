#include "services/identity/edge/access_log.h"

#include <algorithm>
#include <charconv>

#include "common/ids/ids.h"
#include "services/identity/edge/http_errors.h"

namespace q2o::identity::edge {
namespace {

using envoy::data::accesslog::v3::HTTPAccessLogEntry;

constexpr std::int64_t kLongest = 30LL * 24 * 3600;  // seconds
constexpr std::int64_t kLatest = 1LL << 33;          // the year 2242: a time that no table takes would keep all others from being counted

std::int64_t within(std::int64_t number, std::int64_t most) {
  return std::clamp<std::int64_t>(number, 0, most);
}

template <class Map>
std::string value(const Map& map, const char* name) {
  const auto at = map.find(name);
  return at == map.end() ? std::string() : at->second;
}

/// gRPC answers 200 and says how it went in grpc-status, which stands at the end, or in the head when there is nothing else.
int status_of(const HTTPAccessLogEntry& entry) {
  const auto& answer = entry.response();
  const int http = static_cast<int>(answer.response_code().value());
  std::string grpc = value(answer.response_trailers(), "grpc-status");
  if (grpc.empty()) grpc = value(answer.response_headers(), "grpc-status");
  int code = 0;
  const auto [end, problem] = std::from_chars(grpc.data(), grpc.data() + grpc.size(), code);
  if (http != 200 || grpc.empty() || problem != std::errc() || code == 0) return http;
  return http_status(static_cast<Code>(code));
}

}  // namespace

Call call_of(const HTTPAccessLogEntry& entry) {
  Call out;
  const auto& request = entry.request();
  out.tenant = value(request.request_headers(), "q2o-tenant");
  if (!ids::is_uuid(out.tenant)) out.tenant.clear();
  out.key_id = value(request.request_headers(), "q2o-key");
  out.method = request.path().substr(0, request.path().find('?'));
  out.status = status_of(entry);
  const auto& common = entry.common_properties();
  const auto& took = common.time_to_last_downstream_tx_byte();
  out.took = std::chrono::seconds(within(took.seconds(), kLongest)) + std::chrono::microseconds(within(took.nanos() / 1000, 999'999));
  out.request_bytes = request.request_body_bytes();
  out.response_bytes = entry.response().response_body_bytes();
  out.at = std::chrono::sys_seconds(std::chrono::seconds(within(common.start_time().seconds(), kLatest)));
  return out;
}

grpc::Status AccessLog::StreamAccessLogs(grpc::ServerContext*,
                                         grpc::ServerReader<envoy::service::accesslog::v3::StreamAccessLogsMessage>* reader,
                                         envoy::service::accesslog::v3::StreamAccessLogsResponse*) {
  envoy::service::accesslog::v3::StreamAccessLogsMessage message;
  while (reader->Read(&message)) {
    for (const auto& entry : message.http_logs().log_entry()) usage_.add(call_of(entry));
  }
  return grpc::Status::OK;
}

}  // namespace q2o::identity::edge
