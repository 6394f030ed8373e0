// The keys that secrets are sealed with, as a file.
#include "server/sealing_key.h"

#include <gmock/gmock.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "platform/storage/temporary_folder.h"

namespace pharos::server {
namespace {

struct SealingKeysTest : testing::Test {
  std::string refusal() {
    try {
      load_or_make_sealing_keys(file);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  storage::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "sealing-keys";
};

TEST_F(SealingKeysTest, AreMadeOnceAndAreNobodyElses) {
  const storage::KeyRing made = load_or_make_sealing_keys(file);
  const storage::KeyRing again = load_or_make_sealing_keys(file);
  EXPECT_EQ(made.in_use, again.in_use);
  EXPECT_EQ(made.keys, again.keys);
  EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms(077),
            std::filesystem::perms::none);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "no draft is left";
}

TEST_F(SealingKeysTest, TheFirstSealsAndAllOpen) {
  base::write_file(file, "old " + std::string(64, 'a') + "\n");
  const std::string sealed = storage::Cipher(load_or_make_sealing_keys(file)).seal("secret", "test");
  base::write_file(file, "new " + std::string(64, '0') + "\nold " + std::string(64, 'a') + "\n");
  const storage::Cipher rotated(load_or_make_sealing_keys(file));
  EXPECT_EQ(rotated.open(sealed, "test"), "secret");
  EXPECT_THAT(rotated.seal("secret", "test"), testing::HasSubstr(":new:"));
}

TEST_F(SealingKeysTest, AreRefusedWithTheLineThatIsWrong) {
  base::write_file(file, "good " + std::string(64, 'a') + "\nbad 1234\n");
  EXPECT_THAT(refusal(), testing::HasSubstr("line 2"));
  base::write_file(file, "\n");
  EXPECT_THAT(refusal(), testing::HasSubstr("no key"));
}

}  // namespace
}  // namespace pharos::server
