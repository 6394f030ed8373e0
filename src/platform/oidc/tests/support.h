// A provider's keys and the tokens that it signs, true and forged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "platform/security/crypto.h"
#include "platform/security/signing_key.h"

namespace pharos::oidc::testing_support {

namespace json = boost::json;
using security::Base64;

inline std::string encoded(const json::object& part) {
  return security::base64(json::serialize(part), Base64::kUrl);
}

/// A key for RS256 with its private part, which the program itself never has.
class RsaSigner {
 public:
  explicit RsaSigner(std::string id) : id_(std::move(id)), key_(EVP_RSA_gen(2048), EVP_PKEY_free) {}

  json::object public_jwk() const {
    return {{"kty", "RSA"},
            {"kid", id_},
            {"use", "sig"},
            {"alg", "RS256"},
            {"n", number(OSSL_PKEY_PARAM_RSA_N)},
            {"e", number(OSSL_PKEY_PARAM_RSA_E)}};
  }
  std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(256, '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return signature;
  }
  std::string token(const json::object& claims) const {
    return token({{"alg", "RS256"}, {"kid", id_}, {"typ", "JWT"}}, claims);
  }
  std::string token(const json::object& header, const json::object& claims) const {
    const std::string text = encoded(header) + "." + encoded(claims);
    return text + "." + security::base64(sign(text), Base64::kUrl);
  }

 private:
  std::string number(const char* name) const {
    BIGNUM* read = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &read);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(read)), '\0');
    BN_bn2bin(read, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(read);
    return security::base64(bytes, Base64::kUrl);
  }

  std::string id_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

/// Made once: it takes a while.
inline const RsaSigner& rsa() {
  static const RsaSigner signer("rsa-1");
  return signer;
}
inline const RsaSigner& other_rsa() {
  static const RsaSigner signer("rsa-2");
  return signer;
}

inline std::string token_of(const security::SigningKey& key, const json::object& claims) {
  const json::object header{{"alg", algorithm_name(key.algorithm())}, {"kid", key.id()}};
  const std::string text = encoded(header) + "." + encoded(claims);
  return text + "." + security::base64(key.sign(text), Base64::kUrl);
}

template <class... Keys>
std::string jwks(const Keys&... keys) {
  return json::serialize(json::object{{"keys", json::array{json::value(keys)...}}});
}

inline constexpr std::int64_t kNow = 1'800'000'000;

inline json::object claims_of(const std::string& issuer) {
  return {{"iss", issuer},
          {"sub", "person-1"},
          {"aud", "pharos"},
          {"exp", kNow + 300},
          {"iat", kNow},
          {"nonce", "the nonce"},
          {"email", "ada@example.org"},
          {"email_verified", true}};
}

}  // namespace pharos::oidc::testing_support
