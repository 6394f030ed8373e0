// Whose address it is, for counting: one house, not one of its billions of doors.
#pragma once

#include <string>
#include <string_view>

namespace pharos::security {

/// An IPv4 address as it is, the /64 of an IPv6 address; an IPv4 address inside an IPv6 one counts as itself.
/// What is no address stays as it is.
std::string address_key(std::string_view address);
/// The /24 or /48 around it.
std::string network_key(std::string_view address);

}  // namespace pharos::security
