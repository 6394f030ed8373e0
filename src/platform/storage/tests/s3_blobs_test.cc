// Blobs in a bucket, on a store that looks at signatures.
#include "platform/storage/s3/s3_blobs.h"

#include <cstdlib>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "platform/storage/tests/support.h"
#include "platform/storage/tests/support_bucket.h"

namespace pharos::storage {
namespace {

using testing::HasSubstr;
using testing_support::wait;

/// `PHAROS_TEST_S3` may name a real one instead: `ENDPOINT BUCKET ACCESS_KEY SECRET_KEY`, the bucket empty.
struct BlobsInABucket : testing::Test {
  S3Blobs open() {
    const char* real = std::getenv("PHAROS_TEST_S3");
    if (real == nullptr) return open(bucket.endpoint(), "photos", bucket.keys());
    std::istringstream words(real);
    std::string endpoint;
    std::string name;
    s3::Keys keys;
    words >> endpoint >> name >> keys.access_key >> keys.secret_key;
    return open(endpoint, name, keys);
  }
  S3Blobs open(const std::string& endpoint, const std::string& name, const s3::Keys& keys) {
    return S3Blobs({.endpoint = endpoint, .bucket = name, .prefix = "pharos/", .keys = keys},
                   testing_support::disk(), ids, clock);
  }

  testing_support::Bucket bucket;
  base::SystemClock clock;
  base::Ids ids{clock};
};

TEST_F(BlobsInABucket, ComeBackAsTheyWere) {
  S3Blobs blobs = open();
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

TEST_F(BlobsInABucket, AreListedAndRemoved) {
  S3Blobs blobs = open();
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

TEST_F(BlobsInABucket, AreRefusedWithAWrongKey) {
  S3Blobs blobs = open(bucket.endpoint(), "photos", {.access_key = "lamp", .secret_key = "dark"});
  try {
    wait(blobs.put("secret"));
    ADD_FAILURE() << "it was taken";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("are the keys"));
  }
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
