// The data folder copied while it is worked with, and made again from the copy.
#include "platform/storage/backup.h"

#include <atomic>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/storage/disk_blobs.h"
#include "platform/storage/tests/support_bad_disk.h"
#include "platform/storage/tests/support_tables.h"

namespace pharos::storage {
namespace {

using testing::HasSubstr;
using testing_support::kNorth;
using testing_support::read_one;
using testing_support::wait;
using testing_support::write_one;

/// A data folder with notes, each of which names a blob.
struct Home {
  Home(const std::filesystem::path& folder, FileSystem& files) : place(folder) {
    std::filesystem::create_directories(folder);
    database =
        open_database({.url = "sqlite:" + (folder / "pharos.db").string()}, testing_support::disk(), clock);
    database->apply(testing_support::note_tables());
    blobs = std::make_unique<DiskBlobs>(DiskBlobsSettings{.folder = folder / "blobs", .bytes_to_leave = 0},
                                        testing_support::disk(), ids, files);
  }

  void add(const std::string& id) const {
    const Blob blob = wait(blobs->put("photo of " + id));
    write_one(*database, kNorth, "INSERT INTO notes (id, team_id, title) VALUES ($1, 'north', $2)", id,
              blob.name);
  }
  /// Every note's photo; fails where one is missing.
  std::vector<std::string> photos() const {
    std::vector<std::string> found;
    for (const Row& row : read_one(*database, kNorth, "SELECT title FROM notes ORDER BY id")) {
      found.push_back(wait(blobs->read(row.text(0))));
    }
    return found;
  }
  DataFolder data() const { return {.folder = place, .databases = {"pharos.db", "later.db"}}; }

  std::filesystem::path place;
  base::SystemClock clock;
  base::Ids ids{clock};
  std::unique_ptr<Database> database;
  std::unique_ptr<DiskBlobs> blobs;
};

struct Backup : testing::Test {
  std::string failure(base::Code code, const std::function<void()>& work) {
    try {
      work();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "it went well";
  }
  void back_up_home() { back_up(home.data(), into, clock, files); }

  testing_support::Folder folder;
  testing_support::BadDisk files;
  base::ManualClock clock{{}, base::WallTime{std::chrono::seconds(1'800'000'000)}};
  Home home{folder.path() / "data", files};
  std::filesystem::path into = folder.path() / "backup";
  std::filesystem::path back = folder.path() / "back";
};

TEST_F(Backup, ComesBackAsItWas) {
  home.add("a");
  home.add("b");
  const BackupManifest manifest = back_up(home.data(), into, clock, files);
  EXPECT_EQ(manifest.files.size(), 3U);
  EXPECT_EQ(manifest.made_at, "2027-01-15T08:00:00.000Z");
  home.add("c");
  restore(into, back, files);
  EXPECT_THAT((Home{back, files}.photos()), testing::ElementsAre("photo of a", "photo of b"));
  EXPECT_EQ(home.photos().size(), 3U);
}

TEST_F(Backup, IsForItsOwnersEyes) {
  home.add("a");
  back_up_home();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(into)) {
    if (!entry.is_regular_file()) continue;
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
  }
}

/// Every note in the copy has its photo, whenever the copy was made.
TEST_F(Backup, OfDataThatIsWorkedWithIsOneState) {
  home.add("a");
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    for (int i = 0; !is_over; ++i) home.add("n" + std::to_string(i));
  });
  for (int i = 0; i < 2; ++i) {
    const std::string number = std::to_string(i);
    MachineFiles machine;
    back_up(home.data(), into / number, clock, machine);
    restore(into / number, back / number, machine);
    EXPECT_GE((Home{back / number, machine}.photos().size()), 1U);
  }
  is_over = true;
  writer.join();
}

TEST_F(Backup, TellsHowFarItIs) {
  home.add("a");
  std::vector<std::uintmax_t> done;
  std::uintmax_t all = 0;
  const auto note = [&](std::uintmax_t now, std::uintmax_t of) {
    done.push_back(now);
    all = of;
  };
  back_up(home.data(), into, clock, files, note);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_GT(done.back(), all / 2);
  restore(into, back, files, note);
  EXPECT_EQ(done.back(), all);
}

TEST_F(Backup, GoesIntoANewFolderOnly) {
  home.add("a");
  back_up_home();
  EXPECT_THAT(failure(base::Code::kConflict, [&] { back_up_home(); }), HasSubstr("name a new folder"));
  EXPECT_THAT(failure(base::Code::kConflict, [&] { restore(into, home.place, files); }),
              HasSubstr("move it away"));
  EXPECT_EQ(home.photos().size(), 1U);
}

TEST_F(Backup, OfNothingIsNone) {
  failure(base::Code::kNotFound,
          [&] { back_up({.folder = folder.path() / "none", .databases = {"x.db"}}, into, clock, files); });
}

TEST_F(Backup, ThatIsDamagedIsRefusedAndNothingIsMade) {
  home.add("a");
  back_up_home();
  const std::string blob = check_backup(into).files.at(0).path;
  std::ofstream(into / blob) << "photo of b";
  EXPECT_THAT(failure(base::Code::kInvalidInput, [&] { restore(into, back, files); }),
              HasSubstr("is damaged"));
  std::filesystem::remove(into / blob);
  EXPECT_THAT(failure(base::Code::kInvalidInput, [&] { restore(into, back, files); }),
              HasSubstr("is missing"));
  std::filesystem::remove(into / "manifest.json");
  EXPECT_THAT(failure(base::Code::kNotFound, [&] { restore(into, back, files); }), HasSubstr("not finished"));
  EXPECT_FALSE(std::filesystem::exists(back));
}

TEST_F(Backup, ThatLeadsElsewhereIsRefused) {
  home.add("a");
  back_up_home();
  for (const std::string path : {"../outside", "/etc/passwd", "blobs/../../outside", ""}) {
    base::write_file(into / "manifest.json", R"({"format":1,"made_at":"","files":[{"path":")" + path +
                                                 R"(","sha256":"","bytes":0}]})");
    EXPECT_THAT(failure(base::Code::kInvalidInput, [&] { restore(into, back, files); }),
                HasSubstr("no place"));
  }
}

TEST_F(Backup, OfANewerProgramIsRefused) {
  std::filesystem::create_directories(into);
  base::write_file(into / "manifest.json", R"({"format": 2, "parts": []})");
  failure(base::Code::kUnsupported, [&] { check_backup(into); });
}

/// The disk becomes full at each operation in turn: a manifest is only there when everything is.
TEST_F(Backup, OnAFullDiskIsNotTakenForOne) {
  home.add("a");
  int operations = 0;
  for (bool is_through = false; !is_through; ++operations) {
    std::filesystem::remove_all(into);
    files.be_full_after(operations);
    try {
      back_up_home();
      is_through = true;
    } catch (const base::Error&) {
      if (std::filesystem::exists(into / "manifest.json")) EXPECT_EQ(check_backup(into).files.size(), 2U);
    }
    files.be_emptied();
  }
  EXPECT_GT(operations, 6);
}

TEST_F(Backup, ComesBackWholeOrNotAtAllOnAFullDisk) {
  home.add("a");
  back_up_home();
  int operations = 0;
  for (bool is_through = false; !is_through; ++operations) {
    std::filesystem::remove_all(back);
    files.be_full_after(operations);
    try {
      restore(into, back, files);
      is_through = true;
    } catch (const base::Error&) {
      files.be_emptied();
      if (std::filesystem::exists(back)) EXPECT_EQ((Home{back, files}.photos().size()), 1U);
    }
    files.be_emptied();
  }
  EXPECT_GT(operations, 6);
  EXPECT_THAT((Home{back, files}.photos()), testing::ElementsAre("photo of a"));
}

}  // namespace
}  // namespace pharos::storage
