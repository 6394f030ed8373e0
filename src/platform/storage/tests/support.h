// What the tests of this room share: a folder of their own, pools, ways to wait and to count rows.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/pool.h"
#include "core/graph/tests/saver_contract.h"

namespace pharos::storage::testing_support {

using graph::testing_support::checkpoint_of;
using graph::testing_support::run;

/// A new folder, gone with the object.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pharos-storage-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline base::Pool& disk() {
  static base::Pool pool("disk", 4);
  return pool;
}

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
