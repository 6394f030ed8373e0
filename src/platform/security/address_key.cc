#include "platform/security/address_key.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace pharos::security {
namespace {
namespace ip = boost::asio::ip;

/// The first `bits` of it, the others zero.
template <class Address>
std::string prefix_of(const Address& address, unsigned bits) {
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + bits / 8, bytes.end(), 0);
  return fmt::format("{}/{}", Address(bytes).to_string(), bits);
}

std::string key_of(std::string_view text, unsigned bits4, unsigned bits6) {
  boost::system::error_code failure;
  const ip::address address = ip::make_address(std::string(text), failure);
  if (failure) return std::string(text);
  if (address.is_v4()) return prefix_of(address.to_v4(), bits4);
  const ip::address_v6 wide = address.to_v6();
  if (wide.is_v4_mapped()) return prefix_of(ip::make_address_v4(ip::v4_mapped, wide), bits4);
  return prefix_of(wide, bits6);
}

}  // namespace

std::string address_key(std::string_view address) {
  return key_of(address, 32, 64);
}
std::string network_key(std::string_view address) {
  return key_of(address, 24, 48);
}

}  // namespace pharos::security
