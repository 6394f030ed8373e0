// Photos and documents in a folder: they are all there or not at all.
#include "platform/storage/disk_blobs.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "platform/storage/digest.h"
#include "platform/storage/tests/support.h"
#include "platform/storage/tests/support_bad_disk.h"

namespace pharos::storage {
namespace {

using testing::HasSubstr;
using testing_support::wait;

struct BlobsOnDisk : testing::Test {
  std::unique_ptr<DiskBlobs> open() {
    return std::make_unique<DiskBlobs>(
        DiskBlobsSettings{.folder = folder.path() / "blobs", .bytes_to_leave = 1000}, testing_support::disk(),
        ids, disk);
  }
  std::vector<std::string> names() { return wait(blobs->list("", 100)); }
  std::filesystem::path file_of(const std::string& name) const {
    return folder.path() / "blobs" / name.substr(0, 2) / name;
  }
  std::size_t partial_files() const {
    const std::filesystem::directory_iterator files(folder.path() / "blobs" / "partial");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  template <class Task>
  static base::Code code_of(Task task) {
    try {
      wait(std::move(task));
    } catch (const base::Error& error) {
      return error.code();
    }
    return base::Code::kInternal;
  }

  testing_support::Folder folder;
  testing_support::BadDisk disk;
  base::SystemClock clock;
  base::Ids ids{clock, 1};
  std::unique_ptr<DiskBlobs> blobs = open();
};

TEST_F(BlobsOnDisk, GiveBackWhatWasPutIn) {
  std::string content(3'000'000, 'x');
  content[7] = '\0';
  const Blob blob = wait(blobs->put(content));
  EXPECT_EQ(blob.bytes, content.size());
  EXPECT_EQ(blob.sha256, base::sha256(content));
  EXPECT_EQ(wait(open()->read(blob.name)), content);
  EXPECT_EQ(wait(blobs->read(wait(blobs->put("")).name)), "");
}

TEST_F(BlobsOnDisk, ComeInPiecesAndGoOutInPieces) {
  const auto writer = wait(blobs->create());
  wait(writer->write("photo "));
  wait(writer->write("of a "));
  wait(writer->write("lighthouse"));
  EXPECT_TRUE(names().empty()) << "half of it is nothing";
  const Blob blob = wait(writer->finish());
  const auto reader = wait(blobs->open(blob.name));
  EXPECT_EQ(reader->bytes(), 21U);
  EXPECT_EQ(wait(reader->read(6, 5)), "of a ");
  EXPECT_EQ(wait(reader->read(11, 100)), "lighthouse");
  EXPECT_EQ(wait(reader->read(21, 100)), "");
}

TEST_F(BlobsOnDisk, OfTwoWhoPutTheSameAreTwo) {
  const Blob mine = wait(blobs->put("same"));
  const Blob yours = wait(blobs->put("same"));
  wait(blobs->remove(mine.name));
  wait(blobs->remove(mine.name));
  EXPECT_EQ(code_of(blobs->open(mine.name)), base::Code::kNotFound);
  EXPECT_EQ(wait(blobs->read(yours.name)), "same");
}

TEST_F(BlobsOnDisk, AreReadToTheEndThoughTheyAreRemovedMeanwhile) {
  const Blob blob = wait(blobs->put("going"));
  const auto reader = wait(blobs->open(blob.name));
  wait(blobs->remove(blob.name));
  EXPECT_EQ(wait(reader->read(0, 100)), "going");
}

TEST_F(BlobsOnDisk, AreListedPageByPage) {
  for (int i = 0; i < 25; ++i) wait(blobs->put(std::to_string(i)));
  std::vector<std::string> all;
  for (std::string after;;) {
    const auto page = wait(blobs->list(after, 10));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 10) break;
    after = page.back();
  }
  EXPECT_EQ(all.size(), 25U);
  EXPECT_TRUE(std::ranges::is_sorted(all));
}

TEST_F(BlobsOnDisk, ThatWereNotFinishedAreGone) {
  auto writer = wait(blobs->create());
  wait(writer->write("half"));
  EXPECT_EQ(partial_files(), 1U);
  writer.reset();
  EXPECT_EQ(partial_files(), 0U);
}

TEST_F(BlobsOnDisk, LeftHalfByAProgramThatDiedAreSweptAfterADay) {
  const auto partial = folder.path() / "blobs" / "partial";
  std::ofstream(partial / "new") << "still coming, in another program";
  std::ofstream(partial / "old") << "half";
  const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
  std::filesystem::last_write_time(partial / "old", yesterday);
  open();
  EXPECT_TRUE(std::filesystem::exists(partial / "new"));
  EXPECT_FALSE(std::filesystem::exists(partial / "old"));
}

TEST_F(BlobsOnDisk, ThatAreDamagedAreNotGivenOut) {
  const Blob blob = wait(blobs->put("truth"));
  std::ofstream(file_of(blob.name)) << "truce";
  EXPECT_EQ(code_of(blobs->read(blob.name)), base::Code::kUnavailable);
}

TEST_F(BlobsOnDisk, LargerThanAskedForAreRefused) {
  const Blob blob = wait(blobs->put("12345"));
  EXPECT_EQ(code_of(blobs->read(blob.name, 4)), base::Code::kTooLarge);
}

TEST_F(BlobsOnDisk, HaveNoNamesThatLeadElsewhere) {
  for (const std::string name : {"", "../../etc/passwd", "abc", "ABC"}) {
    EXPECT_THROW(wait(blobs->read(name)), base::Error) << name;
  }
  const std::string sly = std::string(64, 'a') + "-../../../../etc/passwd-aaaaaaaaaaaaa";
  EXPECT_EQ(code_of(blobs->read(sly)), base::Code::kInvalidInput);
}

TEST_F(BlobsOnDisk, AreStillThereAfterALossOfPower) {
  const Blob kept = wait(blobs->put("finished"));
  const auto writer = wait(blobs->create());
  wait(writer->write("half"));
  disk.lose_power();
  blobs = open();
  EXPECT_THAT(names(), testing::ElementsAre(kept.name));
  EXPECT_EQ(wait(blobs->read(kept.name)), "finished");
}

/// The disk becomes full at each operation in turn.
TEST_F(BlobsOnDisk, AreAllThereOrNotAtAllOnAFullDisk) {
  int failures = 0;
  for (bool is_through = false; !is_through; ++failures) {
    disk.be_full_after(failures);
    try {
      wait(blobs->put("content"));
      is_through = true;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kUnavailable);
      EXPECT_THAT(error.what(), HasSubstr("no space left"));
    }
    disk.be_emptied();
    EXPECT_EQ(partial_files(), 0U);
    for (const std::string& name : names()) EXPECT_EQ(wait(blobs->read(name)), "content");
  }
  EXPECT_GT(failures, 6);
}

TEST_F(BlobsOnDisk, LeaveRoomForTheDatabase) {
  disk.leave(1005);
  EXPECT_EQ(wait(blobs->put("12345")).bytes, 5U);
  try {
    wait(blobs->put("123456"));
    ADD_FAILURE() << "it was taken";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::Code::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("make room"));
  }
  EXPECT_EQ(partial_files(), 0U);
}

TEST_F(BlobsOnDisk, HaveTheSameDigestInPiecesAndInFiles) {
  const Blob blob = wait(blobs->put(std::string(200'000, 'y')));
  EXPECT_EQ(digest_of_file(file_of(blob.name)), blob.sha256);
  EXPECT_THROW(digest_of_file(folder.path() / "nothing"), base::Error);
}

}  // namespace
}  // namespace pharos::storage
