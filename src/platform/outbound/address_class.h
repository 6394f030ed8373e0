// What kind of place an address is: pure, so that every kind can be tried.
#pragma once

#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace pharos::outbound {

/// After the registries of special addresses (RFC 6890 and what came after it).
enum class AddressClass {
  kPublic,
  kUnspecified,    ///< 0.0.0.0/8, ::
  kLoopback,       ///< 127.0.0.0/8, ::1
  kPrivate,        ///< 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fec0::/10, 64:ff9b:1::/48
  kLinkLocal,      ///< 169.254.0.0/16, fe80::/10: clouds tell their machines' secrets there
  kShared,         ///< 100.64.0.0/10
  kDocumentation,  ///< 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32, 3fff::/20
  kMulticast,      ///< 224.0.0.0/4, ff00::/8
  kReserved,       ///< whatever else is not on the internet
};

/// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo) is what that is.
AddressClass classify(const boost::asio::ip::address& address);

/// `a loopback`, for sentences.
std::string_view class_name(AddressClass which);

}  // namespace pharos::outbound
