#include "platform/storage/file_system.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"

namespace pharos::storage {
namespace {

[[noreturn]] void throw_failure(const std::filesystem::path& path, const char* what, int number) {
  const char* advice = number == ENOSPC || number == EDQUOT ? "; make room on that disk" : "";
  throw base::Error(base::Code::kUnavailable, fmt::format("'{}' cannot be {}: {}{}", path.string(), what,
                                                          std::generic_category().message(number), advice));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class MachineFile final : public NewFile {
 public:
  explicit MachineFile(const std::filesystem::path& path)
      : path_(path), file_(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (file_.number() < 0) throw_failure(path_, "made", errno);
  }

  void append(std::string_view piece) override {
    while (!piece.empty()) {
      const ssize_t written = write(file_.number(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_failure(path_, "written", errno);
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync() override {
    if (fsync(file_.number()) != 0) throw_failure(path_, "written", errno);
  }

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace

std::unique_ptr<NewFile> MachineFiles::create(const std::filesystem::path& file) {
  return std::make_unique<MachineFile>(file);
}

void MachineFiles::make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw_failure(folder, "made", failure.value());
}

void MachineFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) throw_failure(to, "written", failure.value());
}

void MachineFiles::sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0 || fsync(descriptor.number()) != 0) throw_failure(folder, "written", errno);
}

bool MachineFiles::remove(const std::filesystem::path& file) {
  std::error_code failure;
  const bool was_there = std::filesystem::remove(file, failure);
  if (failure) throw_failure(file, "removed", failure.value());
  return was_there;
}

std::uintmax_t MachineFiles::bytes_left(const std::filesystem::path& folder) {
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  if (failure) throw_failure(folder, "looked at", failure.value());
  return space.available;
}

void keep_file(FileSystem& files, NewFile& file, const std::filesystem::path& from,
               const std::filesystem::path& to) {
  file.sync();
  files.rename(from, to);
  files.sync_folder(to.parent_path());
  files.sync_folder(from.parent_path());
}

}  // namespace pharos::storage
