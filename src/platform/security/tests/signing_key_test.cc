#include "platform/security/signing_key.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/file.h"
#include "platform/security/crypto.h"
#include "platform/security/key_set.h"
#include "platform/security/tests/support.h"

namespace pharos::security {
namespace {
using testing_support::code_of;

SigningKey key_of(const char* jwk) {
  return SigningKey::from_jwk(boost::json::parse(jwk).as_object());
}

/// True when `key` has made the signature of a compact JWS.
bool signed_by(const SigningKey& key, const std::string& jws) {
  const std::size_t dot = jws.rfind('.');
  return key.verify(jws.substr(0, dot), from_base64(jws.substr(dot + 1), Base64::kUrl).value());
}

constexpr const char* kRfc8037Key = R"({"kty":"OKP","crv":"Ed25519",
  "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

// RFC 8037, appendix A.4.
TEST(SigningKey, EdDsaIsThatOfThePublishedVector) {
  const SigningKey key = key_of(kRfc8037Key);
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  EXPECT_EQ(base64(key.sign(text), Base64::kUrl),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

// RFC 8037, appendix A.3.
TEST(SigningKey, IsNamedByItsThumbprint) {
  EXPECT_EQ(key_of(kRfc8037Key).id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

// RFC 7515, appendix A.1.
TEST(SigningKey, Hs256IsThatOfThePublishedVector) {
  const SigningKey key = key_of(R"({"kty":"oct",
    "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  const std::string text =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  EXPECT_EQ(base64(key.sign(text), Base64::kUrl), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_TRUE(signed_by(key, text + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
  EXPECT_FALSE(signed_by(key, text + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXg"));
}

// RFC 7515, appendix A.3.
TEST(SigningKey, Es256IsThatOfThePublishedVector) {
  const SigningKey key =
      key_of(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})");
  const std::string text =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  EXPECT_TRUE(
      signed_by(key, text + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3"
                            "-Kg6NU1Q"));
  EXPECT_FALSE(
      signed_by(key, text + "x.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3"
                            "-Kg6NU1Q"));
  EXPECT_EQ(key.sign(text).size(), 64U);
  EXPECT_TRUE(key.verify(text, key.sign(text)));
}

constexpr const char* kRfc7515RsaKey = R"({"kty":"RSA","e":"AQAB",
  "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})";

// RFC 7515, appendix A.2.
TEST(SigningKey, Rs256IsThatOfThePublishedVector) {
  const SigningKey key = key_of(kRfc7515RsaKey);
  const std::string text =
      "eyJhbGciOiJSUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature =
      ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
      "O8W2Fp5jujGbds9uJdbF"
      "9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
      "eSN9383LcOL"
      "n6_dO--xi12jzDwusC-"
      "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
      "p0igcN_IoypGlUPQGe77Rw";
  EXPECT_TRUE(signed_by(key, text + signature));
  EXPECT_FALSE(signed_by(key, text + "x" + signature));
  EXPECT_FALSE(key.verify(text, ""));
}

TEST(SigningKey, ForRs256IsAnothersAndOnlyChecks) {
  const SigningKey key = key_of(kRfc7515RsaKey);
  EXPECT_EQ(key.algorithm(), Algorithm::kRs256);
  EXPECT_FALSE(key.can_sign());
  EXPECT_EQ(code_of([&] { key.sign("text"); }), base::Code::kInternal);
  EXPECT_EQ(code_of([] { SigningKey::generate(Algorithm::kRs256); }), base::Code::kUnsupported);
  EXPECT_EQ(SigningKey::from_jwk(key.public_jwk()).id(), key.id());
  EXPECT_EQ(key.private_jwk(), key.public_jwk()) << "there is no private part";
}

// One bit less than 2048, an even exponent, the exponent 1, one with a zero before it, one that is too long.
TEST(SigningKey, RefusesRsaKeysThatAreNotSound) {
  const std::string good(256, '\xc1');
  const auto refused = [](const std::string& n, const std::string& e) {
    const boost::json::object jwk{
        {"kty", "RSA"}, {"n", base64(n, Base64::kUrl)}, {"e", base64(e, Base64::kUrl)}};
    return code_of([&] { SigningKey::from_jwk(jwk); }) == base::Code::kInvalidInput;
  };
  EXPECT_FALSE(refused(good, "\x03"));
  EXPECT_TRUE(refused(good.substr(1), "\x03"));
  EXPECT_TRUE(refused(std::string(1, '\0') + good, "\x03"));
  EXPECT_TRUE(refused(std::string(1025, '\xc1'), "\x03"));
  for (const std::string& exponent : {std::string(), std::string("\x04"), std::string("\x01"),
                                      std::string("\0\x03", 2), std::string(9, '\x03')}) {
    EXPECT_TRUE(refused(good, exponent));
  }
}

class EachAlgorithm : public testing::TestWithParam<Algorithm> {};
INSTANTIATE_TEST_SUITE_P(All, EachAlgorithm,
                         testing::Values(Algorithm::kEdDsa, Algorithm::kEs256, Algorithm::kHs256));

TEST_P(EachAlgorithm, ANewKeyIsTheSameAfterItWasWrittenDown) {
  const SigningKey made = SigningKey::generate(GetParam());
  const SigningKey read = SigningKey::from_jwk(made.private_jwk());
  EXPECT_EQ(read.id(), made.id());
  EXPECT_EQ(read.algorithm(), GetParam());
  EXPECT_TRUE(made.verify("text", read.sign("text")));
  EXPECT_FALSE(made.verify("other", read.sign("text")));
  EXPECT_FALSE(made.verify("text", SigningKey::generate(GetParam()).sign("text")));
  for (const std::string& signature :
       {std::string(), std::string(64, '\0'), std::string(32, '\0'), std::string(65, 'x')}) {
    EXPECT_FALSE(made.verify("text", signature));
  }
}

TEST_P(EachAlgorithm, ThePublicPartChecksAndCannotSign) {
  const SigningKey made = SigningKey::generate(GetParam());
  if (GetParam() == Algorithm::kHs256) {
    EXPECT_EQ(code_of([&] { made.public_jwk(); }), base::Code::kInternal);
    return;
  }
  EXPECT_EQ(made.public_jwk().if_contains("d"), nullptr);
  const SigningKey checks = SigningKey::from_jwk(made.public_jwk());
  EXPECT_TRUE(checks.verify("text", made.sign("text")));
  EXPECT_FALSE(checks.can_sign());
  EXPECT_EQ(code_of([&] { checks.sign("text"); }), base::Code::kInternal);
}

TEST(SigningKey, RefusesKeysThatAreNotSound) {
  for (const char* jwk : {
           R"({})",
           R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
           R"({"kty":"oct","k":"c2hvcnQ"})",
           R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
           R"({"kty":"OKP","crv":"Ed25519","x":"11qY"})",
           R"({"kty":"OKP","crv":"Ed25519","x":7})",
           R"({"kty":"OKP","crv":"Ed25519","alg":"HS256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
           R"({"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
           R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B",
               "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
           R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
               "y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",
           R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
               "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"AAAQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})",
       }) {
    EXPECT_EQ(code_of([&] { key_of(jwk); }), base::Code::kInvalidInput) << jwk;
  }
}

TEST(KeySet, PublishesNoSecrets) {
  const KeySet keys({SigningKey::generate(Algorithm::kEdDsa), SigningKey::generate(Algorithm::kHs256),
                     SigningKey::generate(Algorithm::kEs256)});
  const std::string published = boost::json::serialize(keys.public_jwks());
  EXPECT_EQ(keys.public_jwks().at("keys").as_array().size(), 2U);
  EXPECT_EQ(published.find("\"d\""), std::string::npos);
  EXPECT_EQ(published.find("\"k\""), std::string::npos);
}

TEST(KeySet, RotatesAndForgetsTheOldest) {
  const KeySet first({SigningKey::generate(Algorithm::kEdDsa)});
  const KeySet second = first.rotated(Algorithm::kEdDsa, 1);
  const KeySet third = second.rotated(Algorithm::kEs256, 1);
  EXPECT_NE(second.signing().id(), first.signing().id());
  EXPECT_NE(second.find(first.signing().id()), nullptr);
  EXPECT_NE(third.find(second.signing().id()), nullptr);
  EXPECT_EQ(third.find(first.signing().id()), nullptr);
  EXPECT_EQ(KeySet::from_json(third.to_private_json()).to_private_json(), third.to_private_json());
}

TEST(KeySet, IsMadeOnceAndReadByItsOwnerAlone) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / hex(random_bytes(8));
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "keys.json";
  const std::string id = load_or_make_keys(file).signing().id();
  EXPECT_EQ(load_or_make_keys(file).signing().id(), id);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1) << "no draft is left";
  std::filesystem::remove_all(folder);
}

TEST(KeySet, RefusesSetsThatCannotSign) {
  const std::string id = R"("kid":"same",)";
  const std::string point =
      R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
  const std::string secret = R"(,"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")";
  const std::string full = "{" + id + point + secret + "}";
  const std::string twice = fmt::format(R"({{"keys":[{},{}]}})", full, full);
  EXPECT_EQ(code_of([&] { KeySet::from_json("{\"keys\":[" + full + "]}"); }), std::nullopt);
  for (const std::string& text : {std::string(R"({"keys":[]})"), std::string("{}"), std::string("[]"),
                                  "{\"keys\":[{" + point + "}]}", twice}) {
    EXPECT_EQ(code_of([&] { KeySet::from_json(text); }), base::Code::kInvalidInput) << text;
  }
}

}  // namespace
}  // namespace pharos::security
