// A disk that loses its power, or has no room at a chosen moment.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "core/base/error.h"
#include "platform/storage/file_system.h"

namespace pharos::storage::testing_support {

/// Writes to the machine's disk and keeps account of what a loss of power would leave: of a file what was
/// synced, of a folder what it had when it was synced. For one thread at a time.
class BadDisk final : public FileSystem {
 public:
  /// The n-th operation from now on that needs room fails, and all after it.
  void be_full_after(int operations) { operations_left_ = operations; }
  void be_emptied() { operations_left_ = -1; }
  void leave(std::uintmax_t bytes) { bytes_left_ = bytes; }

  /// The power goes and comes back.
  void lose_power() {
    for (const auto& [path, file] : files_) {
      if (!file.is_kept) {
        std::filesystem::remove(path);
      } else {
        std::filesystem::resize_file(path, file.synced);
      }
    }
    for (const auto& folder : lost_folders_) std::filesystem::remove_all(folder);
    files_.clear();
    lost_folders_.clear();
  }

  std::unique_ptr<NewFile> create(const std::filesystem::path& file) override {
    use_room(file);
    auto made = machine_.create(file);
    files_[file] = {};
    return std::make_unique<File>(*this, file, std::move(made));
  }
  void make_folder(const std::filesystem::path& folder) override {
    use_room(folder);
    if (!std::filesystem::exists(folder)) lost_folders_.insert(folder);
    machine_.make_folder(folder);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    use_room(to);
    machine_.rename(from, to);
    files_[to] = {.synced = files_[from].synced, .is_kept = false};
    files_.erase(from);
  }
  void sync_folder(const std::filesystem::path& folder) override {
    use_room(folder);
    machine_.sync_folder(folder);
    for (auto& [path, file] : files_) {
      if (path.parent_path() == folder) file.is_kept = true;
    }
    std::erase_if(lost_folders_, [&](const auto& made) { return made.parent_path() == folder; });
  }
  bool remove(const std::filesystem::path& file) override {
    files_.erase(file);
    return machine_.remove(file);
  }
  std::uintmax_t bytes_left(const std::filesystem::path&) override { return bytes_left_; }

 private:
  struct State {
    std::uintmax_t synced = 0;
    bool is_kept = false;
  };

  class File final : public NewFile {
   public:
    File(BadDisk& disk, std::filesystem::path path, std::unique_ptr<NewFile> file)
        : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}
    void append(std::string_view piece) override {
      disk_.use_room(path_);
      file_->append(piece);
      written_ += piece.size();
    }
    void sync() override {
      disk_.use_room(path_);
      file_->sync();
      disk_.files_[path_].synced = written_;
    }

   private:
    BadDisk& disk_;
    std::filesystem::path path_;
    std::unique_ptr<NewFile> file_;
    std::uintmax_t written_ = 0;
  };

  void use_room(const std::filesystem::path& path) {
    if (operations_left_ < 0) return;
    if (operations_left_ == 0) {
      throw base::Error(base::Code::kUnavailable, "'" + path.string() + "' cannot be written: no space left");
    }
    --operations_left_;
  }

  MachineFiles machine_;
  std::map<std::filesystem::path, State> files_;
  std::set<std::filesystem::path> lost_folders_;
  int operations_left_ = -1;
  std::uintmax_t bytes_left_ = std::uintmax_t{1} << 40;
};

}  // namespace pharos::storage::testing_support
