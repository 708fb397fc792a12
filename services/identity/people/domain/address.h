#pragma once

#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o::identity::people {

/// An e-mail address as it is compared: trimmed, ASCII letters in lower case. Refuses what no mail could be sent to and what could be taken
/// for another one: control characters, spaces, quotes, anything but ASCII. Error BAD_ADDRESS.
Result<std::string> normalized_address(std::string_view typed);

/// "example.com" of a normalized one.
std::string_view domain_of(std::string_view address);

}  // namespace q2o::identity::people
