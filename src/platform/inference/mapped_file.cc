#include "platform/inference/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Error cannot_read(const std::filesystem::path& path, int reason) {
  if (reason == ENOENT || reason == ENOTDIR) {
    return {
        Code::kNotFound,
        fmt::format("the model file {} is missing: run ./run --build-only, which fetches it", path.string())};
  }
  return {Code::kUnavailable, fmt::format("cannot read {}: {}", path.string(), std::strerror(reason))};
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path);
  struct stat facts = {};
  if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) throw cannot_read(path, errno);
  if (!S_ISREG(facts.st_mode)) throw cannot_read(path, EISDIR);
  if (facts.st_size == 0) return;
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (memory == MAP_FAILED) throw cannot_read(path, errno);
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::release_pages() const {
  if (!bytes_.empty()) ::madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

}  // namespace pharos::inference
