#include <gtest/gtest.h>

#include "core/base/ids.h"
#include "core/graph/task_run.h"

namespace pharos::graph {
namespace {

constexpr const char* kOrigin = "0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7";

TEST(TaskId, IsWhatItWasWhenAnOlderProgramKeptTheThread) {
  EXPECT_EQ(task_id(kOrigin, 3, "write", 2), "da2473e6-5036-8355-8f74-1b9029c4dbcc");
}

TEST(TaskId, IsAUuidAndAnotherOneForEachTask) {
  const std::string id = task_id(kOrigin, 3, "write", 2);
  EXPECT_TRUE(base::is_uuid(id)) << id;
  for (const std::string& other : {task_id("run", 3, "write", 2), task_id(kOrigin, 4, "write", 2),
                                   task_id(kOrigin, 3, "read", 2), task_id(kOrigin, 3, "write", 1)}) {
    EXPECT_NE(other, id);
  }
}

}  // namespace
}  // namespace pharos::graph
