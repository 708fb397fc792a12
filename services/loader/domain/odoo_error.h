#pragma once

#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o::loader {

/// Odoo's error object (always HTTP 200, code 200) as our Error. Classified by `data.name`, never by translated sentences.
/// `reason`: "ODOO_VALIDATION_ERROR" for odoo.exceptions.ValidationError and so on.
Error odoo_error(std::string_view data_name, std::string_view data_message);

/// Reason of a call that Odoo ended because it took more than `limit_time_cpu`: the same records in smaller parts may pass.
inline constexpr std::string_view kTimeLimit = "ODOO_TIME_LIMIT";

/// Two calls stored the same external ids: the records are there, look them up.
bool is_stored_by_another_call(std::string_view data_message);

/// The message without the action's code behind it ("… while evaluating '<code>'") and at most 2,000 characters.
std::string odoo_words(std::string_view data_message);

}  // namespace q2o::loader
