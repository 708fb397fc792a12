#pragma once

#include <chrono>
#include <string>
#include <string_view>

/// The cookie that a session travels in: the one place that knows its name and reads and writes it.
namespace q2o::identity::edge {

/// By its prefix browsers take it only over TLS, for this very host and for all paths: no other name of the domain, and nobody on the wire
/// without TLS, can plant one (RFC 6265bis, section 4.1.3.2).
inline constexpr std::string_view kSessionCookie = "__Host-q2o_session";

/// Its value in a Cookie header; empty when it is not there, or there twice with different values (then somebody has planted one).
std::string session_in(std::string_view cookies);
/// Set-Cookie of a session; an empty value ends it.
std::string session_cookie(std::string_view value, std::chrono::seconds lives);

}  // namespace q2o::identity::edge
