// Signatures that AWS has published: "Signature Calculations for the Authorization Header", single chunk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/sha256.h"
#include "platform/storage/s3/signature.h"

namespace pharos::storage::s3 {
namespace {

using testing::EndsWith;

const Keys kKeys{.access_key = "AKIAIOSFODNN7EXAMPLE",
                 .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
constexpr std::string_view kTime = "20130524T000000Z";
constexpr const char* kHost = "examplebucket.s3.amazonaws.com";

std::string signature_of(const Request& request) {
  return sign(request, kKeys, kTime).at("authorization");
}

TEST(S3Signature, OfAGetWithARange) {
  EXPECT_EQ(signature_of({.method = "GET",
                          .path = "/test.txt",
                          .headers = {{"host", kHost}, {"range", "bytes=0-9"}},
                          .payload_sha256 = base::sha256("")}),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, OfAPutWhosePathIsEncoded) {
  EXPECT_THAT(signature_of({.method = "PUT",
                            .path = "/test$file.text",
                            .headers = {{"host", kHost},
                                        {"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                        {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                            .payload_sha256 = base::sha256("Welcome to Amazon S3.")}),
              EndsWith("=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(S3Signature, OfAQuery) {
  const Request lifecycle{.method = "GET",
                          .path = "/",
                          .query = {{"lifecycle", ""}},
                          .headers = {{"host", kHost}},
                          .payload_sha256 = base::sha256("")};
  EXPECT_THAT(signature_of(lifecycle),
              EndsWith("=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  const Request list{.method = "GET",
                     .path = "/",
                     .query = {{"prefix", "J"}, {"max-keys", "2"}},
                     .headers = {{"host", kHost}},
                     .payload_sha256 = base::sha256("")};
  EXPECT_THAT(signature_of(list),
              EndsWith("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

}  // namespace
}  // namespace pharos::storage::s3
