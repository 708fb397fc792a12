#include "common/bus/sealed.h"

#include "common/ids/ids.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

std::string_view value_of(const Headers& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

sealing::Place place_of(const std::string& topic, const Headers& headers) {
  return {value_of(headers, "q2o-tenant"), value_of(headers, "q2o-migration"), topic, value_of(headers, "ce_id")};
}

/// Strangers' headers are no ids of ours.
bool has_owner(const sealing::Place& place) {
  return ids::is_uuid(place.tenant) && (place.migration.empty() || ids::is_uuid(place.migration));
}

}  // namespace

Result<std::optional<std::string>> sealed_body(const sealing::Seal* seal, const std::string& topic, Headers& headers,
                                               std::string_view body) {
  if (seal == nullptr || body.empty() || sealing::is_sealed(body)) return std::optional<std::string>();
  const auto place = place_of(topic, headers);
  if (!has_owner(place)) return std::optional<std::string>();
  auto sealed = seal->seal(place, body);
  if (!sealed) return fail(sealed.error());
  headers[kKeyHeader] = std::to_string(sealing::key_version(*sealed));
  return std::optional(std::move(*sealed));
}

Status seal(const sealing::Seal* seal, Envelope& message) {
  auto sealed = sealed_body(seal, message.topic, message.headers, message.value);
  if (!sealed) return fail(sealed.error());
  if (*sealed) message.value = std::move(**sealed);
  return {};
}

Result<Body> open(const sealing::Seal* seal, Incoming& message) {
  if (seal == nullptr || !sealing::is_sealed(message.value) || !message.headers.contains(kKeyHeader)) return Body::readable;
  const auto place = place_of(message.topic, message.headers);
  if (!has_owner(place)) return Body::readable;
  auto plain = seal->open(place, message.value);
  if (plain) {
    message.value = std::move(*plain);
    message.headers.erase(kKeyHeader);
    return Body::readable;
  }
  if (plain.error().reason == "KEY_DESTROYED") return Body::ended;
  if (plain.error().reason != "SEAL_BROKEN") return fail(plain.error());
  log::error("body of a message does not open", {{"topic", message.topic}, {"offset", message.offset}, {"error", plain.error().message}});
  return Body::readable;
}

}  // namespace q2o::bus
