// Any bytes are either refused as no token of ours or, when the fuzzer's key has signed them, claims that are
// whole.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/json/parse.hpp>

#include "core/base/error.h"
#include "platform/security/access_tokens.h"
#include "platform/security/crypto.h"

using namespace pharos::security;

namespace {

const KeySet& keys() {
  static const KeySet made({SigningKey::from_jwk(
      boost::json::parse(
          R"({"kty":"oct","kid":"k","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aK"})")
          .as_object())});
  return made;
}

/// Puts the header and the claims in as they are and signs them, or takes everything as it came.
std::string token_of(const std::string& input) {
  const std::size_t cut = input.find('\n');
  if (cut == std::string::npos) return input;
  const std::string text =
      base64(input.substr(0, cut), Base64::kUrl) + "." + base64(input.substr(cut + 1), Base64::kUrl);
  return text + "." + base64(keys().signing().sign(text), Base64::kUrl);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Claims claims =
        read_signed_claims(token_of({reinterpret_cast<const char*>(data), size}), keys(), "pharos");
    const bool is_whole = !claims.user_id.empty() && !claims.session_id.empty() && !claims.token_id.empty() &&
                          claims.expires_at >= 0 && claims.not_before >= 0;
    if (!is_whole) std::abort();
  } catch (const pharos::base::Error& error) {
    if (error.code() != pharos::base::Code::kUnauthenticated) std::abort();
  }
  return 0;
}
