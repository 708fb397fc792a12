#include "services/identity/people/domain/network.h"

#include <arpa/inet.h>

#include <algorithm>

namespace q2o::identity::people {
namespace {

std::string text_of(int family, const void* address) {
  char text[INET6_ADDRSTRLEN] = {};
  return ::inet_ntop(family, address, text, sizeof text) == nullptr ? std::string() : std::string(text);
}

}  // namespace

std::string network_of(std::string_view client_address) {
  const std::string typed(client_address);
  in6_addr address{};
  if (::inet_pton(AF_INET6, typed.c_str(), &address) != 1) return typed;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return text_of(AF_INET, address.s6_addr + 12);
  std::fill(address.s6_addr + 8, address.s6_addr + 16, std::uint8_t{0});
  return text_of(AF_INET6, &address) + "/64";
}

}  // namespace q2o::identity::people
