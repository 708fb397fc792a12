#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result/result.h"

/// Stripe's signature of a webhook: "t=<unix seconds>,v1=<hex>[,v1=<hex>...]", HMAC-SHA256 over "<t>.<raw body>". Pure.
namespace q2o::billing::payments {

inline constexpr std::int64_t kSignatureToleranceS = 300;

/// Good when one v1 was made with one of the secrets (several while one is being replaced) at most 300 s before or after `now_s`.
/// Error unauthenticated: SIGNATURE_MALFORMED, SIGNATURE_WRONG, SIGNATURE_TOO_OLD.
Status verify_signature(std::string_view header, std::string_view body, const std::vector<config::Secret>& secrets, std::int64_t now_s);

}  // namespace q2o::billing::payments
