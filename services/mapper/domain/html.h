#pragma once

#include <string>
#include <string_view>

namespace q2o::mapper {

/// Plain text for an HTML field of Odoo: escaped, line ends as <br/>.
std::string html(std::string_view plain);

}  // namespace q2o::mapper
