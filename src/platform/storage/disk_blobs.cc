#include "platform/storage/disk_blobs.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "platform/storage/digest.h"

namespace pharos::storage {
namespace {

using Path = std::filesystem::path;

constexpr auto kLongestUpload = std::chrono::hours(24);
constexpr const char* kPartial = "partial";

Path place_of(const Path& folder, const std::string& name) {
  return folder / name.substr(0, 2) / name;
}

/// What a writer does on the disk's threads. Its destructor throws away what was not finished.
class PartialBlob {
 public:
  PartialBlob(const DiskBlobsSettings& settings, std::string id, FileSystem& files)
      : folder_(settings.folder),
        bytes_to_leave_(settings.bytes_to_leave),
        id_(std::move(id)),
        files_(files),
        path_(folder_ / kPartial / id_),
        file_(files.create(path_)) {}

  ~PartialBlob() {
    if (!file_) return;
    file_.reset();
    try {
      files_.remove(path_);
    } catch (const base::Error&) {
      // It is swept when the program starts next.
    }
  }
  PartialBlob(const PartialBlob&) = delete;
  PartialBlob& operator=(const PartialBlob&) = delete;

  void append(const std::string& piece) {
    const std::uintmax_t left = files_.bytes_left(folder_);
    if (left < bytes_to_leave_ + piece.size()) {
      throw base::Error(
          base::Code::kUnavailable,
          fmt::format("the disk of '{}' has {} MB left, and {} MB must stay free: make room on it",
                      folder_.string(), left >> 20U, bytes_to_leave_ >> 20U));
    }
    file_->append(piece);
    digest_.add(piece);
    bytes_ += piece.size();
  }

  Blob finish() {
    Blob blob{.name = {}, .sha256 = digest_.finish(), .bytes = bytes_};
    blob.name = blob_name(blob.sha256, id_);
    const Path place = place_of(folder_, blob.name);
    if (!std::filesystem::exists(place.parent_path())) {
      files_.make_folder(place.parent_path());
      files_.sync_folder(folder_);
    }
    keep_file(files_, *file_, path_, place);
    file_.reset();
    return blob;
  }

 private:
  Path folder_;
  std::uintmax_t bytes_to_leave_;
  std::string id_;
  FileSystem& files_;
  Path path_;
  std::unique_ptr<NewFile> file_;
  Digest digest_;
  std::uintmax_t bytes_ = 0;
};

class DiskWriter final : public BlobWriter {
 public:
  DiskWriter(std::shared_ptr<PartialBlob> blob, base::Pool& disk) : blob_(std::move(blob)), disk_(disk) {}

  base::Task<void> write(std::string piece) override {
    auto append = [blob = blob_, piece = std::move(piece)] { blob->append(piece); };
    return base::run_on(disk_, std::move(append));
  }
  base::Task<Blob> finish() override {
    auto finish = [blob = blob_] { return blob->finish(); };
    return base::run_on(disk_, std::move(finish));
  }

 private:
  std::shared_ptr<PartialBlob> blob_;
  base::Pool& disk_;
};

/// A file that is open.
class OpenBlob {
 public:
  OpenBlob(const Path& path, const std::string& name) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0 && errno == ENOENT) {
      throw base::Error(base::Code::kNotFound, fmt::format("there is no blob '{}'", name));
    }
    if (file_ < 0) {
      throw base::Error(base::Code::kUnavailable, fmt::format("the blob '{}' cannot be opened: {}", name,
                                                              std::generic_category().message(errno)));
    }
    const off_t end = lseek(file_, 0, SEEK_END);
    bytes_ = end < 0 ? 0 : static_cast<std::uintmax_t>(end);
  }
  ~OpenBlob() { close(file_); }
  OpenBlob(const OpenBlob&) = delete;
  OpenBlob& operator=(const OpenBlob&) = delete;

  std::uintmax_t bytes() const { return bytes_; }

  std::string read(std::uintmax_t offset, std::size_t most) const {
    if (offset >= bytes_) return {};
    std::string piece(std::min<std::uintmax_t>(most, bytes_ - offset), '\0');
    const ssize_t got = pread(file_, piece.data(), piece.size(), static_cast<off_t>(offset));
    if (got < 0) throw base::Error(base::Code::kUnavailable, "a blob cannot be read: its disk has a failure");
    piece.resize(static_cast<std::size_t>(got));
    return piece;
  }

 private:
  int file_;
  std::uintmax_t bytes_ = 0;
};

class DiskReader final : public BlobReader {
 public:
  DiskReader(std::shared_ptr<const OpenBlob> blob, base::Pool& disk) : blob_(std::move(blob)), disk_(disk) {}

  std::uintmax_t bytes() const override { return blob_->bytes(); }
  base::Task<std::string> read(std::uintmax_t offset, std::size_t most) override {
    auto read = [blob = blob_, offset, most] { return blob->read(offset, most); };
    return base::run_on(disk_, std::move(read));
  }

 private:
  std::shared_ptr<const OpenBlob> blob_;
  base::Pool& disk_;
};

/// Sorted: the folders of two digits one after the other, each with the names that begin with them.
std::vector<std::string> names_after(const Path& folder, const std::string& after, std::size_t most) {
  const auto entries_of = [](const Path& of) {
    std::vector<std::string> entries;
    for (const auto& entry : std::filesystem::directory_iterator(of)) {
      entries.push_back(entry.path().filename().string());
    }
    std::ranges::sort(entries);
    return entries;
  };
  std::vector<std::string> names;
  for (const std::string& digits : entries_of(folder)) {
    if (digits == kPartial || digits < after.substr(0, 2)) continue;
    for (std::string& name : entries_of(folder / digits)) {
      if (name <= after) continue;
      if (names.size() == most) return names;
      names.push_back(std::move(name));
    }
  }
  return names;
}

/// The file system's own clock says how old a file is.
void sweep(const Path& folder, FileSystem& files) {
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& entry : std::filesystem::directory_iterator(folder / kPartial)) {
    if (now - entry.last_write_time() > kLongestUpload) files.remove(entry.path());
  }
}

}  // namespace

DiskBlobs::DiskBlobs(DiskBlobsSettings settings, base::Pool& disk, base::Ids& ids, FileSystem& files)
    : settings_(std::move(settings)), disk_(disk), ids_(ids), files_(files) {
  files_.make_folder(settings_.folder / kPartial);
  files_.sync_folder(settings_.folder);
  sweep(settings_.folder, files_);
}

base::Task<std::unique_ptr<BlobWriter>> DiskBlobs::create() {
  auto create = [this, id = ids_.next()]() -> std::unique_ptr<BlobWriter> {
    return std::make_unique<DiskWriter>(std::make_shared<PartialBlob>(settings_, id, files_), disk_);
  };
  return base::run_on(disk_, std::move(create));
}

base::Task<std::unique_ptr<BlobReader>> DiskBlobs::open(std::string name) {
  check_blob_name(name);
  auto open = [this, name = std::move(name)]() -> std::unique_ptr<BlobReader> {
    auto blob = std::make_shared<const OpenBlob>(place_of(settings_.folder, name), name);
    return std::make_unique<DiskReader>(std::move(blob), disk_);
  };
  return base::run_on(disk_, std::move(open));
}

base::Task<void> DiskBlobs::remove(std::string name) {
  check_blob_name(name);
  auto remove = [this, name = std::move(name)] {
    const Path place = place_of(settings_.folder, name);
    if (files_.remove(place)) files_.sync_folder(place.parent_path());
  };
  return base::run_on(disk_, std::move(remove));
}

base::Task<std::vector<std::string>> DiskBlobs::list(std::string after, std::size_t most) {
  auto list = [this, after = std::move(after), most] { return names_after(settings_.folder, after, most); };
  return base::run_on(disk_, std::move(list));
}

}  // namespace pharos::storage
