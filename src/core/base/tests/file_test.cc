#include "core/base/file.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::base {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "pharos_file_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Code code_of(const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      return error.code();
    }
    return Code::kInternal;
  }

  std::filesystem::path folder_;
};

TEST_F(File, WhatWasWrittenIsRead) {
  const std::string content("zero \0 byte", 11);
  write_file(folder_ / "a", content);
  EXPECT_EQ(read_file(folder_ / "a"), content);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.partial"));
}

TEST_F(File, EachFailureHasItsKind) {
  write_file(folder_ / "a", "1234");
  EXPECT_EQ(code_of([&] { read_file(folder_ / "none"); }), Code::kNotFound);
  EXPECT_EQ(code_of([&] { read_file(folder_); }), Code::kInvalidInput);
  EXPECT_EQ(code_of([&] { read_file(folder_ / "a", 3); }), Code::kTooLarge);
  EXPECT_EQ(code_of([&] { write_file(folder_ / "no" / "a", "x"); }), Code::kUnavailable);
}

TEST_F(File, AFailedWriteLeavesTheOldContent) {
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_EQ(code_of([&] { write_file(folder_ / "taken", "x"); }), Code::kUnavailable);
  EXPECT_TRUE(std::filesystem::is_directory(folder_ / "taken"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "taken.partial"));
}

}  // namespace
}  // namespace pharos::base
