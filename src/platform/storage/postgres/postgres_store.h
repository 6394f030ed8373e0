// A store in a PostgreSQL database, for servers that share it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/store.h"
#include "platform/storage/postgres/server.h"

namespace pharos::storage {

/// Any number of programs may share the database, and a PostgresSaver may lie in it too; the table is in the
/// schema `pharos`. What is put is committed when the task ends; a server that restarts meanwhile is waited
/// for.
class PostgresStore final : public graph::Store {
 public:
  /// Blocks while it connects and prepares the table; later work runs on `disk`, which must outlive the
  /// store, as must `clock`, which is the store's too unless its settings name another. Throws base::Error:
  /// kUnavailable when nobody answers, kUnsupported when the database is newer than this program.
  PostgresStore(postgres::Settings server, base::Pool& disk, base::Clock& clock,
                graph::StoreSettings settings = {});

 private:
  base::Task<void> put_row(graph::StoreRow row) override;
  base::Task<std::optional<graph::StoreRow>> get_row(graph::StorePlace place, graph::StoreTime now) override;
  base::Task<void> delete_row(graph::StorePlace place) override;
  base::Task<std::vector<graph::ChosenRow>> select_rows(std::string prefix, graph::StoreSelection selection,
                                                        graph::StoreTime now) override;
  base::Task<std::vector<std::string>> list_spaces(std::string prefix, graph::StoreTime now) override;
  base::Task<void> refresh_rows(std::vector<std::int64_t> ids, graph::StoreTime now) override;
  base::Task<std::size_t> sweep_rows(graph::StoreTime now) override;

  base::Task<std::vector<graph::ChosenRow>> page(std::string prefix, graph::StoreSelection selection,
                                                 graph::StoreTime now);
  base::Task<std::vector<graph::ChosenRow>> scan(std::string prefix, graph::StoreSelection selection,
                                                 graph::StoreTime now);

  base::Pool& disk_;
  postgres::Server server_;
};

}  // namespace pharos::storage
