#include "platform/storage/backup.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "platform/storage/digest.h"
#include "platform/storage/sqlite/copy.h"

namespace pharos::storage {
namespace {

using Path = std::filesystem::path;

constexpr const char* kManifest = "manifest.json";
constexpr int kFormat = 1;
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

void check_empty(const Path& folder) {
  if (!std::filesystem::exists(folder) || std::filesystem::is_empty(folder)) return;
  throw base::Error(
      base::Code::kConflict,
      fmt::format("'{}' has something in it: name a new folder, or move it away", folder.string()));
}

/// For everybody's data, nobody else's eyes.
void make_private_folder(FileSystem& files, const Path& folder) {
  files.make_folder(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

/// Copies a file and says what was in it; on the disk when it returns, but for its name in its folder.
BackupFile copy_file(FileSystem& files, const Path& from, const Path& to, const std::string& name) {
  std::ifstream source(from, std::ios::binary);
  if (!source) {
    throw base::Error(base::Code::kUnavailable, fmt::format("'{}' cannot be read", from.string()));
  }
  const std::unique_ptr<NewFile> copy = files.create(to);
  Digest digest;
  BackupFile result{.path = name, .sha256 = {}, .bytes = 0};
  std::string piece(kPieceBytes, '\0');
  while (source.read(piece.data(), static_cast<std::streamsize>(piece.size())) || source.gcount() > 0) {
    const std::string_view got(piece.data(), static_cast<std::size_t>(source.gcount()));
    copy->append(got);
    digest.add(got);
    result.bytes += got.size();
  }
  if (!source.eof()) {
    throw base::Error(base::Code::kUnavailable, fmt::format("'{}' cannot be read", from.string()));
  }
  copy->sync();
  result.sha256 = digest.finish();
  return result;
}

/// A backup on its way.
class Copying {
 public:
  Copying(const DataFolder& data, const Path& into, FileSystem& files, const BackupProgress& on_progress)
      : data_(data), into_(into), files_(files), on_progress_(on_progress) {
    for (const auto& name : data.databases) count(data.folder / name);
  }

  /// What is new among the blobs since the last call.
  void copy_blobs() {
    std::vector<std::string> fresh;
    std::error_code none;
    for (const auto& digits : std::filesystem::directory_iterator(data_.folder / data_.blobs, none)) {
      if (digits.path().filename() == "partial") continue;
      for (const auto& blob : std::filesystem::directory_iterator(digits.path())) {
        std::string name = (digits.path().filename() / blob.path().filename()).string();
        if (copied_.contains(name)) continue;
        count(blob.path());
        fresh.push_back(std::move(name));
      }
    }
    std::ranges::sort(fresh);
    for (const std::string& name : fresh) copy_blob(name);
  }

  void copy_databases() {
    for (const std::string& name : data_.databases) {
      const Path from = data_.folder / name;
      if (!std::filesystem::exists(from)) continue;
      sqlite::copy_database(from, into_ / name, [this](std::uintmax_t bytes) { tell(done_ + bytes); });
      manifest_.files.push_back({.path = name,
                                 .sha256 = digest_of_file(into_ / name),
                                 .bytes = std::filesystem::file_size(into_ / name)});
      done_ += manifest_.files.back().bytes;
    }
  }

  bool is_empty() const { return manifest_.files.empty(); }

  void copy_files() {
    for (const std::string& name : data_.files) {
      if (!std::filesystem::exists(data_.folder / name)) continue;
      manifest_.files.push_back(copy_file(files_, data_.folder / name, into_ / name, name));
      folders_.insert(into_);
    }
  }

  BackupManifest finish(const base::Clock& clock) {
    if (manifest_.files.empty()) {
      throw base::Error(base::Code::kNotFound,
                        fmt::format("there is nothing to back up in '{}'", data_.folder.string()));
    }
    manifest_.made_at = base::iso8601(clock.wall_now());
    for (const Path& folder : folders_) files_.sync_folder(folder);
    const Path partial = into_ / (std::string(kManifest) + ".partial");
    const std::unique_ptr<NewFile> file = files_.create(partial);
    file->append(base::pretty_json(base::to_json(manifest_)));
    keep_file(files_, *file, partial, into_ / kManifest);
    return manifest_;
  }

 private:
  void count(const Path& file) {
    std::error_code gone;
    const std::uintmax_t bytes = std::filesystem::file_size(file, gone);
    if (!gone) all_ += bytes;
  }

  void copy_blob(const std::string& name) {
    const Path from = data_.folder / data_.blobs / name;
    const std::string path = (Path(data_.blobs) / name).string();
    const Path folder = (into_ / path).parent_path();
    if (!std::filesystem::exists(folder)) files_.make_folder(folder);
    folders_.insert({folder, folder.parent_path(), into_});
    try {
      manifest_.files.push_back(copy_file(files_, from, into_ / path, path));
    } catch (const base::Error&) {
      if (!std::filesystem::exists(from)) return;  // removed meanwhile
      throw;
    }
    copied_.insert(name);
    done_ += manifest_.files.back().bytes;
    tell(done_);
  }

  void tell(std::uintmax_t done) const {
    if (on_progress_) on_progress_(std::min(done, all_), all_);
  }

  const DataFolder& data_;
  const Path& into_;
  FileSystem& files_;
  const BackupProgress& on_progress_;
  BackupManifest manifest_;
  std::set<std::string> copied_;
  std::set<Path> folders_;
  std::uintmax_t done_ = 0;
  std::uintmax_t all_ = 0;
};

/// A manifest is a file from somewhere: its paths must not lead out of the folder.
void check_path(const std::string& path) {
  const Path parts(path);
  const bool leads_out =
      std::ranges::any_of(parts, [](const Path& part) { return part == ".." || part == "."; });
  if (!path.empty() && !parts.is_absolute() && !leads_out) return;
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("the manifest names '{}', which is no place in a backup", path));
}

BackupManifest read_manifest(const Path& backup) {
  if (!std::filesystem::exists(backup / kManifest)) {
    throw base::Error(base::Code::kNotFound,
                      fmt::format("'{}' has no {}: it is no backup, or one that was not finished",
                                  backup.string(), kManifest));
  }
  const auto json = base::parse_json(base::read_file(backup / kManifest), kManifest);
  const auto* fields = json.if_object();
  const auto* format = fields == nullptr ? nullptr : fields->if_contains("format");
  if (format != nullptr && format->is_int64() && format->as_int64() > kFormat) {
    throw base::Error(
        base::Code::kUnsupported,
        fmt::format("the backup '{}' was made by a newer Pharos: use that one", backup.string()));
  }
  auto manifest = base::from_json<BackupManifest>(json, kManifest);
  for (const BackupFile& file : manifest.files) check_path(file.path);
  return manifest;
}

std::uintmax_t bytes_of(const BackupManifest& manifest) {
  std::uintmax_t sum = 0;
  for (const BackupFile& file : manifest.files) sum += file.bytes;
  return sum;
}

void check_same(const BackupFile& file, const std::string& sha256) {
  if (sha256 == file.sha256) return;
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("'{}' of the backup is damaged: use another backup", file.path));
}

}  // namespace

BackupManifest back_up(const DataFolder& data, const Path& into, const base::Clock& clock, FileSystem& files,
                       const BackupProgress& on_progress) {
  check_empty(into);
  make_private_folder(files, into);
  Copying copying(data, into, files, on_progress);
  // Blobs never change. Those that the tables name were put before, so that looking once more finds the rest.
  copying.copy_blobs();
  copying.copy_databases();
  copying.copy_blobs();
  if (!copying.is_empty()) copying.copy_files();
  return copying.finish(clock);
}

BackupManifest check_backup(const Path& backup, const BackupProgress& on_progress) {
  BackupManifest manifest = read_manifest(backup);
  const std::uintmax_t all = bytes_of(manifest);
  std::uintmax_t done = 0;
  for (const BackupFile& file : manifest.files) {
    if (!std::filesystem::is_regular_file(backup / file.path)) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("'{}' is missing in the backup: use another backup", file.path));
    }
    check_same(file, digest_of_file(backup / file.path));
    done += file.bytes;
    if (on_progress) on_progress(done, all);
  }
  return manifest;
}

BackupManifest restore(const Path& backup, const Path& folder, FileSystem& files,
                       const BackupProgress& on_progress) {
  const Path target = std::filesystem::absolute(folder).lexically_normal();
  const Path place = target.has_filename() ? target : target.parent_path();
  check_empty(place);
  const BackupManifest manifest = check_backup(backup);
  Path coming = place;
  coming += ".restoring";
  std::filesystem::remove_all(coming);  // of a restore that was broken off
  make_private_folder(files, coming);
  std::set<Path> folders{coming};
  const std::uintmax_t all = bytes_of(manifest);
  std::uintmax_t done = 0;
  for (const BackupFile& file : manifest.files) {
    const Path to = coming / file.path;
    files.make_folder(to.parent_path());
    for (Path above = to.parent_path(); above != coming; above = above.parent_path()) folders.insert(above);
    check_same(file, copy_file(files, backup / file.path, to, file.path).sha256);
    done += file.bytes;
    if (on_progress) on_progress(done, all);
  }
  for (const Path& made : folders) files.sync_folder(made);
  files.rename(coming, place);
  files.sync_folder(place.parent_path());
  return manifest;
}

}  // namespace pharos::storage
