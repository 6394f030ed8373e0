// What the tests of this room share: a folder of their own, pools, ways to wait.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/pool.h"
#include "core/graph/tests/saver_contract.h"
#include "platform/storage/temporary_folder.h"
#include "platform/storage/tests/support_pool.h"

namespace pharos::storage::testing_support {

using graph::testing_support::checkpoint_of;
using graph::testing_support::run;

using Folder = TemporaryFolder;

/// Runs a task to its end; throws what it threw.
inline void wait(base::Task<void> task) {
  const auto finish = [](base::Task<void> inner) -> base::Task<int> {
    co_await std::move(inner);
    co_return 0;
  };
  run(finish(std::move(task)));
}
template <class T>
T wait(base::Task<T> task) {
  return run(std::move(task));
}

/// `owner` lives as long as what points into it.
template <class Owner, class Part>
std::shared_ptr<Part> part_of(std::shared_ptr<Owner> owner, Part& part) {
  return std::shared_ptr<Part>(std::move(owner), &part);
}

}  // namespace pharos::storage::testing_support
