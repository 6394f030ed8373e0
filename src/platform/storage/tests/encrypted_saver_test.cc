// Threads under keys: the contract of every saver, and that nothing people wrote is readable without the key.
#include "platform/storage/encrypted_saver.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/graph/memory_saver.h"
#include "platform/storage/sqlite/sqlite_saver.h"
#include "platform/storage/tests/support.h"

namespace pharos::storage {
namespace {

Key key_of(unsigned char byte) {
  Key key;
  key.fill(byte);
  return key;
}

}  // namespace
}  // namespace pharos::storage

namespace pharos::graph::testing_support {

struct EncryptedSaverFactory {
  static std::shared_ptr<Saver> make() {
    return std::make_shared<storage::EncryptedSaver>(
        std::make_shared<MemorySaver>(),
        storage::KeyRing{.in_use = "k1", .keys = {{"k1", storage::key_of(1)}}});
  }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Encrypted, SaverContract, EncryptedSaverFactory);

}  // namespace pharos::graph::testing_support

namespace pharos::storage {
namespace {

using testing_support::checkpoint_of;
using testing_support::wait;

const graph::ThreadKey kThread{.thread_id = "thread", .path = {}};

std::vector<graph::ChannelValue> value_of(graph::json::value value) {
  std::vector<graph::ChannelValue> changed;
  changed.push_back({.channel = 1, .value = std::move(value)});
  return changed;
}

base::Code refusal(graph::Saver& saver) {
  try {
    wait(saver.get(kThread, ""));
  } catch (const base::Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "it was read";
  return base::Code::kInternal;
}

TEST(EncryptedSaver, LeavesNothingThatPeopleWroteInTheFile) {
  const testing_support::Folder folder;
  const auto file = folder.path() / "threads.db";
  const auto inner = std::make_shared<SqliteSaver>(file, testing_support::disk());
  EncryptedSaver saver(inner, {.in_use = "k1", .keys = {{"k1", key_of(1)}}});
  graph::Checkpoint checkpoint = checkpoint_of("c1", "", 0, {0, 1});
  checkpoint.metadata = {{"who", "SECRET metadata"}};
  checkpoint.next = {{.node = "a", .is_send = false, .argument = "SECRET argument"}};
  wait(saver.put(kThread, checkpoint, value_of("SECRET value")));
  graph::TaskRecord record{.task_id = "t", .node = "a", .error = "SECRET error"};
  record.writes = {{.channel = "x", .value = "SECRET write"}};
  record.interrupts = {{.id = "i", .node = "a", .value = "SECRET question"}};
  record.answers = {"SECRET answer"};
  record.handled = graph::HandledFailure{.reason = "SECRET reason"};
  record.targets = {{.node = "w", .is_send = true, .argument = "SECRET send"}};
  wait(saver.put_record(kThread, "c1", record));
  EXPECT_EQ(wait(saver.get(kThread, ""))->values.at("x"), "SECRET value");
  EXPECT_EQ(wait(saver.get(kThread, ""))->records.front(), record);
  std::string content;  // the log has what is not yet folded into the file
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream stream(file.string() + suffix, std::ios::binary);
    content.append(std::istreambuf_iterator<char>(stream), {});
  }
  EXPECT_TRUE(content.find("pharos1:k1:") != std::string::npos);
  EXPECT_TRUE(content.find("SECRET") == std::string::npos);
}

TEST(EncryptedSaver, ReadsWhatOldKeysHaveSealed) {
  const auto inner = std::make_shared<graph::MemorySaver>();
  EncryptedSaver old(inner, {.in_use = "k1", .keys = {{"k1", key_of(1)}}});
  wait(old.put(kThread, checkpoint_of("c1", "", 0, {0, 1}), value_of("old")));
  EncryptedSaver rotated(inner, {.in_use = "k2", .keys = {{"k1", key_of(1)}, {"k2", key_of(2)}}});
  EXPECT_EQ(wait(rotated.get(kThread, ""))->values.at("x"), "old");
  wait(rotated.put(kThread, checkpoint_of("c2", "c1", 1, {0, 2}), value_of("new")));
  EncryptedSaver without_old(inner, {.in_use = "k2", .keys = {{"k2", key_of(2)}}});
  EXPECT_EQ(wait(without_old.get(kThread, "c2"))->values.at("x"), "new") << "new values have the new key";
  EXPECT_EQ(refusal(old), base::Code::kUnavailable) << "the old ring has no new key";
}

TEST(EncryptedSaver, RefusesAWrongKeyAndAChangedValue) {
  const auto inner = std::make_shared<graph::MemorySaver>();
  EncryptedSaver saver(inner, {.in_use = "k1", .keys = {{"k1", key_of(1)}}});
  wait(saver.put(kThread, checkpoint_of("c1", "", 0, {0, 1}), value_of("plain")));
  EncryptedSaver other(inner, {.in_use = "k1", .keys = {{"k1", key_of(9)}}});
  EXPECT_EQ(refusal(other), base::Code::kInvalidInput);

  const Cipher cipher({.in_use = "k1", .keys = {{"k1", key_of(1)}}});
  std::string sealed = cipher.seal("plain", "field:x");
  EXPECT_EQ(cipher.open(sealed, "field:x"), "plain");
  EXPECT_NE(cipher.seal("plain", "field:x"), sealed) << "equal values do not look equal";
  EXPECT_THROW(cipher.open(sealed, "field:y"), base::Error) << "moved to another field";
  char& changed = sealed[sealed.size() - 6];
  changed = changed == 'A' ? 'B' : 'A';
  EXPECT_THROW(cipher.open(sealed, "field:x"), base::Error);
  EXPECT_THROW(cipher.open("pharos1:k1:", "field:x"), base::Error);
  EXPECT_THROW(cipher.open("in the clear", "field:x"), base::Error);
}

TEST(EncryptedSaver, SaysWhenTheKeyInUseIsMissing) {
  EXPECT_THROW(Cipher({.in_use = "k2", .keys = {{"k1", key_of(1)}}}), base::Error);
  EXPECT_THROW(Cipher({.in_use = "k:1", .keys = {{"k:1", key_of(1)}}}), base::Error);
}

}  // namespace
}  // namespace pharos::storage
