// The disk under SQLite, as it is on a bad day: its power goes, or it has no room.
#pragma once

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace pharos::storage::testing_support {

/// While it lives, SQLite writes through it, and it keeps account of what a loss of power would leave: what
/// was synced, and of what was written since any sectors, as a disk writes them in an order of its own.
class BadVfs {
 public:
  BadVfs() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = "bad day";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    vfs_.pAppData = this;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~BadVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  BadVfs(const BadVfs&) = delete;
  BadVfs& operator=(const BadVfs&) = delete;

  /// The power goes before the n-th change from now on: nothing reaches the disk any more.
  void lose_power_after(int changes) { set(changes, SQLITE_IOERR_WRITE); }
  /// From the n-th change on nothing more fits.
  void be_full_after(int changes) { set(changes, SQLITE_FULL); }
  void be_emptied() { set(-1, SQLITE_OK); }

  /// The machine starts again and finds what the disk has. Nothing may be open.
  void come_back(std::mt19937& random) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, state] : files_) {
      if (path.ends_with("-shm")) continue;
      const std::string left = what_is_left(state, random);
      std::ofstream(path, std::ios::binary).write(left.data(), static_cast<std::streamsize>(left.size()));
    }
    files_.clear();
    changes_left_ = -1;
  }

 private:
  struct Change {
    std::size_t at;
    std::string bytes;
    bool cuts;  ///< the file ends at `at`
  };
  struct State {
    std::string synced;
    std::vector<Change> since;
  };
  struct File {
    sqlite3_file base;
    BadVfs* vfs;
    State* state;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static constexpr std::size_t kSector = 512;

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  void set(int changes, int result) {
    const std::lock_guard lock(mutex_);
    changes_left_ = changes;
    result_ = result;
  }

  /// What a change comes to: SQLITE_OK while the day is good.
  int use() {
    const std::lock_guard lock(mutex_);
    if (changes_left_ < 0) return SQLITE_OK;
    if (changes_left_ == 0) return result_;
    --changes_left_;
    return SQLITE_OK;
  }

  void note(State* state, Change change) {
    const std::lock_guard lock(mutex_);
    if (state != nullptr) state->since.push_back(std::move(change));
  }

  static void apply(std::string& content, const Change& change) {
    if (change.cuts) {
      content.resize(change.at);
      return;
    }
    content.resize(std::max(content.size(), change.at + change.bytes.size()));
    std::memcpy(content.data() + change.at, change.bytes.data(), change.bytes.size());
  }

  static std::string what_is_left(const State& state, std::mt19937& random) {
    std::string content = state.synced;
    for (const Change& change : state.since) {
      for (std::size_t done = 0; done < change.bytes.size();) {
        const std::size_t size = std::min(kSector - (change.at + done) % kSector, change.bytes.size() - done);
        if (random() % 2 == 0) {
          apply(content, {.at = change.at + done, .bytes = change.bytes.substr(done, size), .cuts = false});
        }
        done += size;
      }
      if (change.cuts && random() % 2 == 0) apply(content, change);
    }
    return content;
  }

  State* state_of(const char* path) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = files_.try_emplace(path);
    if (is_new) {
      std::ifstream file(path, std::ios::binary);
      place->second.synced.assign(std::istreambuf_iterator<char>(file), {});
    }
    return &place->second;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto& self = *static_cast<BadVfs*>(vfs->pAppData);
    File& made = of(file);
    made.base.pMethods = nullptr;
    made.vfs = &self;
    made.state = path == nullptr ? nullptr : self.state_of(path);
    const int result = self.real_->xOpen(self.real_, path, made.real(), flags, out);
    if (result == SQLITE_OK) made.base.pMethods = methods();
    return result;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync) {
    auto& self = *static_cast<BadVfs*>(vfs->pAppData);
    if (const int result = self.use(); result != SQLITE_OK) return result;
    {
      const std::lock_guard lock(self.mutex_);
      self.files_.erase(path);
    }
    return self.real_->xDelete(self.real_, path, sync);
  }

  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    File& self = of(file);
    if (const int result = self.vfs->use(); result != SQLITE_OK) return result;
    self.vfs->note(self.state, {.at = static_cast<std::size_t>(at),
                                .bytes = std::string(static_cast<const char*>(bytes), std::size_t(size)),
                                .cuts = false});
    return self.real()->pMethods->xWrite(self.real(), bytes, size, at);
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    File& self = of(file);
    if (const int result = self.vfs->use(); result != SQLITE_OK) return result;
    self.vfs->note(self.state, {.at = static_cast<std::size_t>(size), .bytes = {}, .cuts = true});
    return self.real()->pMethods->xTruncate(self.real(), size);
  }

  static int sync(sqlite3_file* file, int) {
    File& self = of(file);
    if (const int result = self.vfs->use(); result != SQLITE_OK) return result;
    const std::lock_guard lock(self.vfs->mutex_);
    if (self.state != nullptr) {
      for (const Change& change : self.state->since) apply(self.state->synced, change);
      self.state->since.clear();
    }
    return SQLITE_OK;  // the machine's own disk need not do it: its power stays
  }

  /// Those that change nothing are the machine's own.
  static const sqlite3_io_methods* methods() {
    static constexpr auto real = [](sqlite3_file* file) { return of(file).real(); };
    static const sqlite3_io_methods all{
        .iVersion = 2,
        .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
        .xRead = [](sqlite3_file* f, void* to, int size,
                    sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, size, at); },
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = [](sqlite3_file* f,
                        sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
        .xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
        .xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
        .xCheckReservedLock = [](sqlite3_file* f,
                                 int* is) { return real(f)->pMethods->xCheckReservedLock(real(f), is); },
        .xFileControl = [](sqlite3_file* f, int what,
                           void* with) { return real(f)->pMethods->xFileControl(real(f), what, with); },
        .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
        .xDeviceCharacteristics =
            [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
        .xShmMap =
            [](sqlite3_file* f, int page, int size, int extend, void volatile** map) {
              return real(f)->pMethods->xShmMap(real(f), page, size, extend, map);
            },
        .xShmLock = [](sqlite3_file* f, int at, int count,
                       int flags) { return real(f)->pMethods->xShmLock(real(f), at, count, flags); },
        .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
        .xShmUnmap = [](sqlite3_file* f,
                        int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
        .xFetch = nullptr,
        .xUnfetch = nullptr};
    return &all;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::mutex mutex_;
  std::map<std::string, State, std::less<>> files_;
  int changes_left_ = -1;
  int result_ = SQLITE_OK;
};

}  // namespace pharos::storage::testing_support
