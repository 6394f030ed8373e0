// Blobs in a bucket, on a store that looks at signatures.
#include "platform/storage/s3/s3_blobs.h"

#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/tests/support.h"
#include "platform/storage/tests/support_bucket.h"
#include "platform/storage/tests/support_s3.h"

namespace pharos::storage {
namespace {

using testing::HasSubstr;
using testing_support::wait;

/// Ours says what is asked of a store; versitygw, whether that is what stores do.
template <class Store>
struct BlobsInABucket : testing::Test {
  static void SetUpTestSuite() { one = std::make_unique<Store>(); }
  static void TearDownTestSuite() { one.reset(); }
  static Store& store() { return *one; }
  S3Blobs open(s3::Keys keys = store().keys(), const char* bucket = "photos") {
    return S3Blobs(
        {.endpoint = store().endpoint(), .bucket = bucket, .prefix = "pharos/", .keys = std::move(keys)},
        testing_support::disk(), ids, clock);
  }
  /// What is said when a blob cannot be put.
  static std::string refusal(S3Blobs blobs) {
    try {
      wait(blobs.put("secret"));
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kUnavailable);
      return error.what();
    }
    return "it was taken";
  }

  inline static std::unique_ptr<Store> one;
  base::SystemClock clock;
  base::Ids ids{clock};
};
using Stores = testing::Types<testing_support::Bucket, testing_support::PrivateS3>;
TYPED_TEST_SUITE(BlobsInABucket, Stores);

TYPED_TEST(BlobsInABucket, ComeBackAsTheyWere) {
  S3Blobs blobs = this->open();
  std::string content(3'000'000, 'x');
  content[7] = '\0';
  const Blob blob = wait(blobs.put(content));
  EXPECT_EQ(wait(blobs.read(blob.name)), content);
  const auto reader = wait(blobs.open(blob.name));
  EXPECT_EQ(reader->bytes(), content.size());
  EXPECT_EQ(wait(reader->read(6, 3)), std::string("x\0x", 3));
  EXPECT_EQ(wait(reader->read(content.size() - 1, 100)), "x");
  EXPECT_EQ(wait(reader->read(content.size(), 100)), "");
  EXPECT_EQ(wait(blobs.read(wait(blobs.put("")).name)), "");
}

TYPED_TEST(BlobsInABucket, AreListedAndRemoved) {
  S3Blobs blobs = this->open();
  std::vector<std::string> mine;
  for (int i = 0; i < 5; ++i) mine.push_back(wait(blobs.put(std::to_string(i))).name);
  std::vector<std::string> all;
  for (std::string after;;) {
    const auto page = wait(blobs.list(after, 2));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 2) break;
    after = page.back();
  }
  EXPECT_THAT(all, testing::IsSupersetOf(mine));
  for (const std::string& name : all) wait(blobs.remove(name));
  EXPECT_NO_THROW(wait(blobs.remove(mine[0])));
  EXPECT_TRUE(wait(blobs.list("", 10)).empty());
  EXPECT_THROW(wait(blobs.open(mine[0])), base::Error);
}

TYPED_TEST(BlobsInABucket, AreRefusedWithAWrongKeyAndInAWrongBucket) {
  s3::Keys wrong = this->store().keys();
  wrong.secret_key = "dark";
  EXPECT_THAT(this->refusal(this->open(wrong)), HasSubstr("403 SignatureDoesNotMatch; are the keys"));
  EXPECT_THAT(this->refusal(this->open(this->store().keys(), "nowhere")),
              HasSubstr("404 NoSuchBucket; is there that bucket?"));
}

TEST(S3Endpoint, ThatIsNoneIsRefused) {
  base::SystemClock clock;
  base::Ids ids(clock);
  for (const char* endpoint : {"", "s3.example.org", "https://", "https://host/path"}) {
    EXPECT_THROW(S3Blobs({.endpoint = endpoint}, testing_support::disk(), ids, clock), base::Error)
        << endpoint;
  }
}

TEST(S3Endpoint, ThatDoesNotAnswerIsUnavailable) {
  base::SystemClock clock;
  base::Ids ids(clock);
  S3Blobs blobs({.endpoint = "http://127.0.0.1:1", .bucket = "b"}, testing_support::disk(), ids, clock);
  try {
    wait(blobs.put("x"));
    ADD_FAILURE() << "somebody answered";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
  }
}

}  // namespace
}  // namespace pharos::storage
