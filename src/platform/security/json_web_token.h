// The three parts of a signed JSON Web Token (RFC 7515), read strictly. Whether any of it is true is for
// whoever knows the keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace pharos::security {

/// `header.claims.signature`, each in base64url.
struct JsonWebToken {
  boost::json::object header;
  std::string claims;  ///< JSON, to be read once the signature is known to be right: read_token_claims()
  std::string signature;
  std::string_view signed_text;  ///< a part of what was read
};

/// Throws base::Error (kInvalidInput) with the end of a sentence about the token: `it does not have three
/// parts`.
JsonWebToken read_json_web_token(std::string_view token, std::size_t longest);

/// Likewise, of a token whose signature is right.
boost::json::object read_token_claims(const JsonWebToken& token);

/// A member that must be a text of 1 to 512 bytes. Throws as above.
const boost::json::string& token_text(const boost::json::object& part, std::string_view name);
/// A member that must be a moment: a whole number of seconds since 1970. Throws as above.
std::int64_t token_time(const boost::json::object& part, std::string_view name);

}  // namespace pharos::security
