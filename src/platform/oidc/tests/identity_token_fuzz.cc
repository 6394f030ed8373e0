// Any bytes are refused as what a provider says, in one of two ways: nobody here can sign for it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/error.h"
#include "platform/oidc/identity_token.h"
#include "platform/oidc/metadata.h"
#include "platform/security/crypto.h"

using namespace pharos;

namespace {

template <class Read>
void must_refuse(const Read& read, base::Code with) {
  try {
    read();
  } catch (const base::Error& error) {
    if (error.code() == with) return;
  }
  std::abort();
}

template <class Read>
void may_refuse(const Read& read, base::Code with) {
  try {
    read();
  } catch (const base::Error& error) {
    if (error.code() != with) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const oidc::ProviderKeys keys(
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  const std::string text(reinterpret_cast<const char*>(data), size);
  const oidc::Expected expected{.issuer = "i", .client_id = "c", .nonce = "n"};
  must_refuse([&] { static_cast<void>(oidc::IdentityToken(text).claims(keys, expected)); },
              base::Code::kUnauthenticated);
  // The same bytes as the head of a token, so that they need not be base64.
  const std::string token = security::base64(text, security::Base64::kUrl) + "." +
                            security::base64("{}", security::Base64::kUrl) + ".";
  must_refuse([&] { static_cast<void>(oidc::IdentityToken(token).claims(keys, expected)); },
              base::Code::kUnauthenticated);
  may_refuse([&] { static_cast<void>(oidc::read_metadata(text, "https://i.example")); },
             base::Code::kUnavailable);
  may_refuse([&] { static_cast<void>(oidc::ProviderKeys(text)); }, base::Code::kUnavailable);
  return 0;
}
