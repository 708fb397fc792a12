#pragma once

#include <string>
#include <string_view>

#include "sandbox/http/message.h"
#include "sandbox/quickbooks/clock.h"
#include "sandbox/quickbooks/query.h"

/// The answers of QuickBooks to the letter: envelopes and the two shapes of faults.
namespace q2o::sandbox::quickbooks {

/// {"Fault":{"Error":[...],"type":"ValidationFault"},"time":...} with HTTP 400.
Response service_fault(const Fault400& fault, Moment now);
/// The gateway's shape (401, 403, 429), lower case and padded with nulls.
Response gateway_fault(int status, std::string_view code, std::string_view message, std::string_view detail, std::string_view type,
                       Moment now);
Response token_expired(Moment now);
Response not_authorized_for_company(Moment now);
Response throttled(Moment now);
/// Token endpoint: {"error":..., "error_description":...?}
Response oauth_error(int status, std::string_view error, std::string_view description = {});
Response json_answer(std::string body);

}  // namespace q2o::sandbox::quickbooks
