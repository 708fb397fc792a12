#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

/// Identifiers: UUIDs as canonical lower-case text, and the deterministic ids of messages and records.
namespace q2o::ids {

std::string uuid_v4();
/// RFC 4122 version 5 (SHA-1) under our own namespace UUID; parts are joined with an unprintable separator.
std::string uuid_v5(std::initializer_list<std::string_view> parts);
/// The plain version 5 of any namespace UUID.
std::string uuid_v5_in(std::string_view name_space, std::string_view name);
/// Time-ordered UUIDv7 for rows.
std::string uuid_v7();
bool is_uuid(std::string_view text);
/// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
/// "SalesReceipt" -> "sales_receipt".
std::string snake_case(std::string_view entity);
/// "qbo" + the realm id, letters and digits only, lower-case (design, section 6).
std::string connection_slug(std::string_view prefix, std::string_view source_company_id);

}  // namespace q2o::ids
