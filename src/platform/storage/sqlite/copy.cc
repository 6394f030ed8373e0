#include "platform/storage/sqlite/copy.h"

#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/base/error.h"
#include "platform/storage/sqlite/connection.h"

namespace pharos::storage::sqlite {
namespace {

constexpr int kPagesAtATime = 1000;

/// A file that is nobody's yet: without the settings of those who work with it.
class BareFile {
 public:
  explicit BareFile(const std::filesystem::path& file) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(file.c_str(), &database_, flags, nullptr);
    if (result == SQLITE_OK) return;
    sqlite3_close_v2(database_);
    throw_failure(nullptr, result);
  }
  ~BareFile() { sqlite3_close_v2(database_); }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  sqlite3* native() { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

void check_whole(sqlite3* copy, const std::filesystem::path& from) {
  Statement check(copy, "PRAGMA quick_check(1)");
  if (check.step() && check.text(0) == "ok") return;
  throw base::Error(base::Code::kUnsupported,
                    fmt::format("SQLite database '{}' is damaged ({}): bring it back from an older backup",
                                from.string(), check.text(0)));
}

}  // namespace

void copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                   const std::function<void(std::uintmax_t)>& on_progress) {
  if (!std::filesystem::exists(from)) {
    throw base::Error(base::Code::kNotFound, fmt::format("there is no database '{}'", from.string()));
  }
  Connection source(from);
  // A reader's state stays as it is whatever others write meanwhile.
  source.statement("BEGIN").step();
  Statement& page_size = source.statement("PRAGMA page_size");
  page_size.step();
  const auto page_bytes = static_cast<std::uintmax_t>(page_size.number(0));
  source.rest();
  source.statement("SELECT count(*) FROM sqlite_schema").step();

  BareFile target(to);
  std::filesystem::permissions(to, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  {
    const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> copy(
        sqlite3_backup_init(target.native(), "main", source.native(), "main"), sqlite3_backup_finish);
    if (!copy) throw_failure(target.native(), sqlite3_errcode(target.native()));
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
      result = sqlite3_backup_step(copy.get(), kPagesAtATime);
      const int done = sqlite3_backup_pagecount(copy.get()) - sqlite3_backup_remaining(copy.get());
      if (on_progress) on_progress(static_cast<std::uintmax_t>(done) * page_bytes);
    }
    if (result != SQLITE_DONE) throw_failure(nullptr, result);
  }
  check_whole(target.native(), from);
}

}  // namespace pharos::storage::sqlite
