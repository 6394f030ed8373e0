// The few things that keeping files safe needs of a file system; handed in, so that tests can fill the disk
// and cut the power.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace pharos::storage {

/// A file that is being written. Its destructor closes it.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual void append(std::string_view piece) = 0;
  /// What was appended survives a loss of power from here on.
  virtual void sync() = 0;
};

/// Thread-safe. Everything blocks and throws base::Error (kUnavailable) with what the system says.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Throws when there is such a file already.
  virtual std::unique_ptr<NewFile> create(const std::filesystem::path& file) = 0;
  /// Makes the folder and those above it, when they are missing.
  virtual void make_folder(const std::filesystem::path& folder) = 0;
  virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Which files the folder has survives a loss of power from here on.
  virtual void sync_folder(const std::filesystem::path& folder) = 0;
  /// False when there is no such file.
  virtual bool remove(const std::filesystem::path& file) = 0;
  /// What a user may still write to the disk of that folder.
  virtual std::uintmax_t bytes_left(const std::filesystem::path& folder) = 0;
};

/// The machine's.
class MachineFiles final : public FileSystem {
 public:
  std::unique_ptr<NewFile> create(const std::filesystem::path& file) override;
  void make_folder(const std::filesystem::path& folder) override;
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  void sync_folder(const std::filesystem::path& folder) override;
  bool remove(const std::filesystem::path& file) override;
  std::uintmax_t bytes_left(const std::filesystem::path& folder) override;
};

/// Carries a file's name into its place for good: the file is synced, renamed, and both folders are synced.
void keep_file(FileSystem& files, NewFile& file, const std::filesystem::path& from,
               const std::filesystem::path& to);

}  // namespace pharos::storage
