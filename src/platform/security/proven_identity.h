// Somebody whom another has recognised, and for whom that other is believed.
#pragma once

#include <optional>
#include <string>

namespace pharos::security {

struct ProvenIdentity {
  std::string issuer;              ///< who has recognised them
  std::string subject;             ///< who they are there, for ever
  std::string email;               ///< empty when it is not said
  bool email_is_verified = false;  ///< the issuer has seen to it that the address is theirs
  std::optional<std::string> full_name;
};

}  // namespace pharos::security
