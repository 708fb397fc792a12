#pragma once

#include <sys/socket.h>

#include <string_view>

namespace q2o::http {

/// Who can be behind an address, by the special-purpose registries of IANA (RFC 6890 and what came after it).
enum class Reach {
  everywhere,  ///< a machine on the internet
  inside,      ///< this machine or a private network: ours, as seen from here
  never,       ///< no server of anybody: metadata of clouds, multicast, documentation, old ways to hide another address
};
struct Network {
  Reach reach;
  std::string_view name;  ///< "loopback", for people
};

/// Pure. Families other than IPv4 and IPv6 (unix sockets) reach never.
Network network_of(const sockaddr& address);

}  // namespace q2o::http
