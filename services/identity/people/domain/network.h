#pragma once

#include <string>
#include <string_view>

namespace q2o::identity::people {

/// Whose calls are counted together: an IPv4 address alone, of an IPv6 address its /64 ("2001:db8:1:2::/64"), which is what one subscriber
/// gets (RFC 6177): else each could take a new address for every try. IPv4 in IPv6's clothes counts as IPv4; what is no address, as it is.
std::string network_of(std::string_view client_address);

}  // namespace q2o::identity::people
