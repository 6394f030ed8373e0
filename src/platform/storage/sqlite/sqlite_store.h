// A store in a SQLite file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/store.h"
#include "platform/storage/sqlite/database.h"

namespace pharos::storage {

/// Several programs may share the file, and a SqliteSaver may lie in it too. What is put is on the disk when
/// the task ends.
class SqliteStore final : public graph::Store {
 public:
  /// Blocks while it opens or creates the file; later work runs on `disk`, which must outlive the store.
  /// Throws base::Error: kUnavailable when the file cannot be opened, kUnsupported when it is not ours or
  /// newer than this program.
  SqliteStore(std::filesystem::path file, base::Pool& disk, graph::StoreSettings settings = {});

 private:
  base::Task<void> put_row(graph::StoreRow row) override;
  base::Task<std::optional<graph::StoreRow>> get_row(graph::StorePlace place, graph::StoreTime now) override;
  base::Task<void> delete_row(graph::StorePlace place) override;
  base::Task<std::vector<graph::ChosenRow>> select_rows(std::string prefix, graph::StoreSelection selection,
                                                        graph::StoreTime now) override;
  base::Task<std::vector<std::string>> list_spaces(std::string prefix, graph::StoreTime now) override;
  base::Task<void> refresh_rows(std::vector<std::int64_t> ids, graph::StoreTime now) override;
  base::Task<std::size_t> sweep_rows(graph::StoreTime now) override;

  sqlite::Database database_;
};

}  // namespace pharos::storage
