#include "common/http/address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace q2o::http {
namespace {

struct Range4 {
  std::uint32_t first;
  int bits;
  Network network;
};

constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// The first one that fits.
constexpr std::array kRanges4{
    Range4{ip(0, 0, 0, 0), 8, {Reach::never, "unspecified"}},
    Range4{ip(10, 0, 0, 0), 8, {Reach::inside, "private"}},
    Range4{ip(100, 64, 0, 0), 10, {Reach::never, "carrier's private"}},
    Range4{ip(127, 0, 0, 0), 8, {Reach::inside, "loopback"}},
    Range4{ip(169, 254, 0, 0), 16, {Reach::never, "link-local (metadata of clouds)"}},
    Range4{ip(172, 16, 0, 0), 12, {Reach::inside, "private"}},
    Range4{ip(192, 0, 0, 0), 24, {Reach::never, "reserved"}},
    Range4{ip(192, 0, 2, 0), 24, {Reach::never, "documentation"}},
    Range4{ip(192, 88, 99, 0), 24, {Reach::never, "6to4 relay"}},
    Range4{ip(192, 168, 0, 0), 16, {Reach::inside, "private"}},
    Range4{ip(198, 18, 0, 0), 15, {Reach::never, "benchmarking"}},
    Range4{ip(198, 51, 100, 0), 24, {Reach::never, "documentation"}},
    Range4{ip(203, 0, 113, 0), 24, {Reach::never, "documentation"}},
    Range4{ip(168, 63, 129, 16), 32, {Reach::never, "metadata of a cloud"}},  // a public one, but never a customer's server
    Range4{ip(224, 0, 0, 0), 4, {Reach::never, "multicast"}},
    Range4{ip(240, 0, 0, 0), 4, {Reach::never, "reserved"}},
};

Network network_of4(std::uint32_t host_order) {
  for (const auto& range : kRanges4)
    if ((host_order ^ range.first) >> (32 - range.bits) == 0) return range.network;
  return {Reach::everywhere, "public"};
}

using Bytes = std::array<std::uint8_t, 16>;

struct Range6 {
  Bytes first;
  int bits;
  Network network;
};

/// Of the one block that is given out at all (2000::/3) these are not servers.
constexpr std::array kRanges6{
    Range6{{}, 128, {Reach::never, "unspecified"}},
    Range6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, {Reach::inside, "loopback"}},
    Range6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, {Reach::never, "IPv4-mapped"}},
    Range6{{0x20, 0x01}, 23, {Reach::never, "protocols' own (Teredo and others)"}},
    Range6{{0x20, 0x01, 0x0d, 0xb8}, 32, {Reach::never, "documentation"}},
    Range6{{0x20, 0x02}, 16, {Reach::never, "6to4"}},
    Range6{{0x3f, 0xff}, 20, {Reach::never, "documentation"}},
    Range6{{0x20}, 3, {Reach::everywhere, "public"}},
    Range6{{0xfc}, 7, {Reach::inside, "private (unique local)"}},
    Range6{{0xfe, 0x80}, 10, {Reach::never, "link-local"}},
    Range6{{0xff}, 8, {Reach::never, "multicast"}},
};
/// The well-known prefix of NAT64: where a network has no IPv4 of its own, this is how it reaches an IPv4 server.
constexpr Bytes kNat64{0x00, 0x64, 0xff, 0x9b};

bool within(const Bytes& address, const Bytes& first, int bits) {
  const int whole = bits / 8, rest = bits % 8;
  if (!std::equal(address.begin(), address.begin() + whole, first.begin())) return false;
  const auto at = static_cast<std::size_t>(whole);
  return rest == 0 || (address[at] ^ first[at]) >> (8 - rest) == 0;
}

Network network_of6(const Bytes& address) {
  if (within(address, kNat64, 96)) return network_of4(ip(address[12], address[13], address[14], address[15]));
  for (const auto& range : kRanges6)
    if (within(address, range.first, range.bits)) return range.network;
  return {Reach::never, "reserved"};
}

}  // namespace

Network network_of(const sockaddr& address) {
  // Copied: what a caller hands over need not be aligned for the wider type.
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return network_of4(ntohl(four.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    Bytes bytes;
    std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
    return network_of6(bytes);
  }
  return {Reach::never, "no internet"};
}

}  // namespace q2o::http
