#include "platform/security/signing_key.h"

#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include "core/base/error.h"
#include "platform/security/crypto.h"

namespace pharos::security {
namespace json = boost::json;

/// What a key is made of, one class an algorithm.
class SigningKey::Material {
 public:
  virtual ~Material() = default;
  virtual Algorithm algorithm() const = 0;
  virtual bool can_sign() const = 0;
  virtual std::string sign(std::string_view text) const = 0;
  virtual bool verify(std::string_view text, std::string_view signature) const = 0;
  /// The members that its thumbprint is made of, in the order of RFC 7638; null when there is no public part.
  virtual std::optional<json::object> public_members() const = 0;
  virtual json::object private_members() const = 0;
};

namespace {

constexpr std::size_t kCoordinate = 32;  // bytes of one of P-256
constexpr std::size_t kShortestSecret = 32;
constexpr std::size_t kShortestModulus = 256;  // bytes of an RSA key that is thought safe
constexpr std::size_t kLongestModulus = 1024;  // beyond that, checking costs more than it is worth
constexpr std::size_t kLongestExponent = 8;

[[noreturn]] void throw_bad_key(const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, "a key that signs tokens cannot be used: " + why);
}

void require(bool worked, const char* what) {
  if (!worked) throw base::Error(base::Code::kInternal, std::string("OpenSSL could not ") + what);
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string to_text(std::string_view bytes) {
  return base64(bytes, Base64::kUrl);
}

std::optional<std::string> text_member(const json::object& jwk, const char* name) {
  const json::value* member = jwk.if_contains(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) throw_bad_key(fmt::format("its '{}' is no text", name));
  return std::string(member->get_string());
}

/// The bytes of a member; of `size`, unless that is 0.
std::optional<std::string> bytes_member(const json::object& jwk, const char* name, std::size_t size) {
  const std::optional<std::string> text = text_member(jwk, name);
  if (!text) return std::nullopt;
  std::optional<std::string> bytes = from_base64(*text, Base64::kUrl);
  if (!bytes || (size != 0 && bytes->size() != size)) {
    throw_bad_key(size == 0 ? fmt::format("its '{}' is not base64url", name)
                            : fmt::format("its '{}' is not {} bytes in base64url", name, size));
  }
  return bytes;
}

class Ed25519 final : public SigningKey::Material {
 public:
  static std::shared_ptr<const Material> generate() {
    return std::make_shared<Ed25519>("", random_bytes(crypto_sign_SEEDBYTES));
  }
  static std::shared_ptr<const Material> from_jwk(const json::object& jwk) {
    std::optional<std::string> point = bytes_member(jwk, "x", crypto_sign_PUBLICKEYBYTES);
    if (!point) throw_bad_key("it has no 'x'");
    return std::make_shared<Ed25519>(*point, bytes_member(jwk, "d", crypto_sign_SEEDBYTES));
  }

  /// `point` may be empty when there is a seed.
  Ed25519(std::string point, std::optional<std::string> seed)
      : point_(std::move(point)), seed_(std::move(seed)) {
    start_sodium();
    if (!seed_) return;
    std::string derived(crypto_sign_PUBLICKEYBYTES, '\0');
    secret_.resize(crypto_sign_SECRETKEYBYTES);
    crypto_sign_seed_keypair(data_of(derived), data_of(secret_), data_of(*seed_));
    if (point_.empty()) point_ = derived;
    if (point_ != derived) throw_bad_key("its 'x' does not belong to its 'd'");
  }

  Algorithm algorithm() const override { return Algorithm::kEdDsa; }
  bool can_sign() const override { return seed_.has_value(); }
  std::string sign(std::string_view text) const override {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(data_of(signature), nullptr, data_of(text), text.size(),
                         data_of(std::string_view(secret_)));
    return signature;
  }
  bool verify(std::string_view text, std::string_view signature) const override {
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(data_of(signature), data_of(text), text.size(),
                                       data_of(std::string_view(point_))) == 0;
  }
  std::optional<json::object> public_members() const override {
    return json::object{{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", to_text(point_)}};
  }
  json::object private_members() const override {
    json::object members = *public_members();
    members["d"] = to_text(*seed_);
    return members;
  }

 private:
  std::string point_;
  std::optional<std::string> seed_;
  std::string secret_;  // as libsodium wants it: the seed and the point
};

template <auto release>
struct Release {
  template <class T>
  void operator()(T* held) const {
    release(held);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using ParametersBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(data_of(bytes), static_cast<int>(bytes.size()), nullptr));
}
void append(std::string& bytes, const BIGNUM* number) {
  std::string padded(kCoordinate, '\0');
  require(BN_bn2binpad(number, data_of(padded), kCoordinate) == kCoordinate, "write a number of P-256");
  bytes += padded;
}

class P256 final : public SigningKey::Material {
 public:
  static std::shared_ptr<const Material> generate() {
    PublicKey key(EVP_EC_gen("P-256"));
    require(key != nullptr, "make a key of P-256");
    std::string point(1 + 2 * kCoordinate, '\0');
    std::size_t size = 0;
    BIGNUM* scalar = nullptr;
    require(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, data_of(point), point.size(),
                                            &size) == 1 &&
                size == point.size() &&
                EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1,
            "read a key of P-256");
    const Number owned(scalar);
    std::string secret;
    append(secret, scalar);
    return std::make_shared<P256>(point.substr(1), secret);
  }
  static std::shared_ptr<const Material> from_jwk(const json::object& jwk) {
    const std::optional<std::string> x = bytes_member(jwk, "x", kCoordinate);
    const std::optional<std::string> y = bytes_member(jwk, "y", kCoordinate);
    if (!x || !y) throw_bad_key("it has no 'x' or no 'y'");
    return std::make_shared<P256>(*x + *y, bytes_member(jwk, "d", kCoordinate));
  }

  P256(std::string point, std::optional<std::string> secret)
      : point_(std::move(point)), secret_(std::move(secret)), key_(make_key()) {}

  Algorithm algorithm() const override { return Algorithm::kEs256; }
  bool can_sign() const override { return secret_.has_value(); }

  /// JOSE wants the two numbers side by side, OpenSSL has them in DER.
  std::string sign(std::string_view text) const override {
    const DigestContext context(EVP_MD_CTX_new());
    std::string der(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = der.size();
    require(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                EVP_DigestSign(context.get(), data_of(der), &size, data_of(text), text.size()) == 1,
            "sign with ES256");
    const unsigned char* at = data_of(std::string_view(der));
    const Signature numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    require(numbers != nullptr, "read its own signature");
    std::string signature;
    append(signature, ECDSA_SIG_get0_r(numbers.get()));
    append(signature, ECDSA_SIG_get0_s(numbers.get()));
    return signature;
  }
  bool verify(std::string_view text, std::string_view signature) const override {
    if (signature.size() != 2 * kCoordinate) return false;
    const Signature numbers(ECDSA_SIG_new());
    Number r = number_of(signature.substr(0, kCoordinate));
    Number s = number_of(signature.substr(kCoordinate));
    require(numbers && r && s && ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) == 1, "hold a signature");
    r.release();
    s.release();
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(numbers.get(), &der);
    require(size > 0, "write a signature");
    const std::unique_ptr<unsigned char, Release<free_bytes>> owned(der);
    const DigestContext context(EVP_MD_CTX_new());
    require(context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1,
            "check with ES256");
    return EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), data_of(text), text.size()) ==
           1;
  }
  std::optional<json::object> public_members() const override {
    return json::object{{"crv", "P-256"},
                        {"kty", "EC"},
                        {"x", to_text(std::string_view(point_).substr(0, kCoordinate))},
                        {"y", to_text(std::string_view(point_).substr(kCoordinate))}};
  }
  json::object private_members() const override {
    json::object members = *public_members();
    members["d"] = to_text(*secret_);
    return members;
  }

 private:
  static void free_bytes(unsigned char* bytes) { OPENSSL_free(bytes); }

  PublicKey make_key() const {
    const std::string uncompressed = '\x04' + point_;
    const Number scalar = secret_ ? number_of(*secret_) : nullptr;
    const ParametersBuilder builder(OSSL_PARAM_BLD_new());
    require(
        builder &&
            OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ==
                1 &&
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, uncompressed.data(),
                                             uncompressed.size()) == 1 &&
            (!scalar || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()) == 1),
        "hold a key of P-256");
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* made = nullptr;
    const int selection = secret_ ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, selection, parameters.get()) != 1) {
      throw_bad_key("its 'x' and 'y' are no point of P-256");
    }
    PublicKey key(made);
    const KeyContext check(EVP_PKEY_CTX_new(key.get(), nullptr));
    if (!check || EVP_PKEY_public_check(check.get()) != 1 ||
        (secret_ && EVP_PKEY_pairwise_check(check.get()) != 1)) {
      throw_bad_key("its 'x' and 'y' are no point of P-256, or do not belong to its 'd'");
    }
    return key;
  }

  std::string point_;  // x, then y
  std::optional<std::string> secret_;
  PublicKey key_;
};

/// Of others, to check with.
class Rsa final : public SigningKey::Material {
 public:
  static std::shared_ptr<const Material> from_jwk(const json::object& jwk) {
    const std::optional<std::string> modulus = bytes_member(jwk, "n", 0);
    const std::optional<std::string> exponent = bytes_member(jwk, "e", 0);
    if (!modulus || !exponent) throw_bad_key("it has no 'n' or no 'e'");
    if (modulus->size() < kShortestModulus || modulus->size() > kLongestModulus || modulus->front() == 0) {
      throw_bad_key(fmt::format("its 'n' has not {} to {} bits", 8 * kShortestModulus, 8 * kLongestModulus));
    }
    const bool is_odd = !exponent->empty() && (static_cast<unsigned char>(exponent->back()) & 1) != 0;
    if (!is_odd || *exponent == "\x01" || exponent->size() > kLongestExponent || exponent->front() == 0) {
      throw_bad_key("its 'e' is no odd number from 3 on");
    }
    return std::make_shared<Rsa>(*modulus, *exponent);
  }

  Rsa(std::string modulus, std::string exponent)
      : modulus_(std::move(modulus)), exponent_(std::move(exponent)), key_(make_key()) {}

  Algorithm algorithm() const override { return Algorithm::kRs256; }
  bool can_sign() const override { return false; }
  std::string sign(std::string_view) const override {
    throw base::Error(base::Code::kUnsupported, "a key for RS256 is another's: it checks, and does not sign");
  }
  bool verify(std::string_view text, std::string_view signature) const override {
    const DigestContext context(EVP_MD_CTX_new());
    require(context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1,
            "check with RS256");
    return EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(text),
                            text.size()) == 1;
  }
  std::optional<json::object> public_members() const override {
    return json::object{{"e", to_text(exponent_)}, {"kty", "RSA"}, {"n", to_text(modulus_)}};
  }
  json::object private_members() const override { return *public_members(); }

 private:
  PublicKey make_key() const {
    const Number modulus = number_of(modulus_);
    const Number exponent = number_of(exponent_);
    const ParametersBuilder builder(OSSL_PARAM_BLD_new());
    require(builder && modulus && exponent &&
                OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
                OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1,
            "hold a key of RSA");
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* made = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
      throw_bad_key("its 'n' and 'e' are no key of RSA");
    }
    return PublicKey(made);
  }

  std::string modulus_;
  std::string exponent_;
  PublicKey key_;
};

class Secret final : public SigningKey::Material {
 public:
  static std::shared_ptr<const Material> generate() {
    return std::make_shared<Secret>(random_bytes(kShortestSecret));
  }
  static std::shared_ptr<const Material> from_jwk(const json::object& jwk) {
    std::optional<std::string> secret = bytes_member(jwk, "k", 0);
    if (!secret) throw_bad_key("it has no 'k'");
    return std::make_shared<Secret>(*std::move(secret));
  }

  explicit Secret(std::string secret) : secret_(std::move(secret)) {
    if (secret_.size() < kShortestSecret) {
      throw_bad_key(fmt::format("a secret for HS256 has at least {} bytes, this one {}", kShortestSecret,
                                secret_.size()));
    }
  }

  Algorithm algorithm() const override { return Algorithm::kHs256; }
  bool can_sign() const override { return true; }
  std::string sign(std::string_view text) const override {
    return std::string(bytes_of(hmac_sha256(secret_, text)));
  }
  bool verify(std::string_view text, std::string_view signature) const override {
    return same_secret(bytes_of(hmac_sha256(secret_, text)), signature);
  }
  std::optional<json::object> public_members() const override { return std::nullopt; }
  json::object private_members() const override { return {{"k", to_text(secret_)}, {"kty", "oct"}}; }

 private:
  std::string secret_;
};

std::shared_ptr<const SigningKey::Material> read_material(const json::object& jwk) {
  const std::string type = text_member(jwk, "kty").value_or("");
  const std::string curve = text_member(jwk, "crv").value_or("");
  if (type == "OKP" && curve == "Ed25519") return Ed25519::from_jwk(jwk);
  if (type == "EC" && curve == "P-256") return P256::from_jwk(jwk);
  if (type == "oct") return Secret::from_jwk(jwk);
  if (type == "RSA") return Rsa::from_jwk(jwk);
  throw_bad_key(
      fmt::format("'kty' '{}' with 'crv' '{}' is not known; Ed25519, P-256, RSA and oct are", type, curve));
}

/// RFC 7638 for keys with a public part; a secret's name says nothing about it.
std::string thumbprint(const SigningKey::Material& material) {
  const std::optional<json::object> members = material.public_members();
  if (members) return to_text(bytes_of(sha256_of(json::serialize(*members))));
  return to_text(std::string_view(material.sign("pharos: name of a key")).substr(0, 16));
}

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEdDsa:
      return "EdDSA";
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kHs256:
      return "HS256";
    case Algorithm::kRs256:
      return "RS256";
  }
  return "unknown";
}

SigningKey::SigningKey(std::shared_ptr<const Material> material, std::string id)
    : material_(std::move(material)), id_(std::move(id)) {}

SigningKey SigningKey::generate(Algorithm algorithm) {
  if (algorithm == Algorithm::kRs256) {
    throw base::Error(base::Code::kUnsupported, "tokens are signed with EdDSA, ES256 or HS256, not RS256");
  }
  const auto material = algorithm == Algorithm::kEdDsa   ? Ed25519::generate()
                        : algorithm == Algorithm::kEs256 ? P256::generate()
                                                         : Secret::generate();
  return {material, thumbprint(*material)};
}

SigningKey SigningKey::from_jwk(const json::object& jwk) {
  const std::shared_ptr<const Material> material = read_material(jwk);
  const std::string_view algorithm = algorithm_name(material->algorithm());
  if (text_member(jwk, "alg").value_or(std::string(algorithm)) != algorithm) {
    throw_bad_key(fmt::format("its 'alg' must be {}, as its kind is", algorithm));
  }
  if (text_member(jwk, "use").value_or("sig") != "sig") throw_bad_key("its 'use' is not 'sig'");
  std::string id = text_member(jwk, "kid").value_or("");
  return {material, id.empty() ? thumbprint(*material) : std::move(id)};
}

Algorithm SigningKey::algorithm() const {
  return material_->algorithm();
}
bool SigningKey::can_sign() const {
  return material_->can_sign();
}

std::string SigningKey::sign(std::string_view text) const {
  if (!can_sign()) {
    throw base::Error(base::Code::kInternal,
                      fmt::format("the key {} can only check, it has no private part", id_));
  }
  return material_->sign(text);
}

bool SigningKey::verify(std::string_view text, std::string_view signature) const {
  return material_->verify(text, signature);
}

json::object SigningKey::public_jwk() const {
  std::optional<json::object> jwk = material_->public_members();
  if (!jwk) throw base::Error(base::Code::kInternal, fmt::format("the key {} has no public part", id_));
  (*jwk)["kid"] = id_;
  (*jwk)["alg"] = algorithm_name(algorithm());
  (*jwk)["use"] = "sig";
  return *std::move(jwk);
}

json::object SigningKey::private_jwk() const {
  if (!can_sign()) return public_jwk();
  json::object jwk = material_->private_members();
  jwk["kid"] = id_;
  jwk["alg"] = algorithm_name(algorithm());
  jwk["use"] = "sig";
  return jwk;
}

}  // namespace pharos::security
