// What graphs remember of one person, in the server's database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/store.h"
#include "platform/storage/database.h"

namespace pharos::memory {

/// The store of one person in one team: it reaches nobody else's items, whatever the namespace. Cheap to make
/// for each request. Beside what every store refuses, put() throws base::Error (kTooLarge) for a value or a
/// number of items above these bounds.
class PersonalStore final : public graph::Store {
 public:
  static constexpr std::size_t kLargestValue = 128 * std::size_t{1024};  ///< bytes, as JSON
  static constexpr std::int64_t kMostItems = 10'000;

  /// The database must outlive it.
  PersonalStore(storage::Database& database, storage::Scope scope, graph::StoreSettings settings);

  /// Whose it is.
  const storage::Scope& scope() const { return scope_; }

 private:
  base::Task<void> put_row(graph::StoreRow row) override;
  base::Task<std::optional<graph::StoreRow>> get_row(graph::StorePlace place, graph::StoreTime now) override;
  base::Task<void> delete_row(graph::StorePlace place) override;
  base::Task<std::vector<graph::ChosenRow>> select_rows(std::string prefix, graph::StoreSelection selection,
                                                        graph::StoreTime now) override;
  base::Task<std::vector<std::string>> list_spaces(std::string prefix, graph::StoreTime now) override;
  base::Task<void> refresh_rows(std::vector<std::int64_t> ids, graph::StoreTime now) override;
  base::Task<std::size_t> sweep_rows(graph::StoreTime now) override;

  storage::Database& database_;
  storage::Scope scope_;
};

/// Deletes everybody's items that have outlived their time; says how many those were.
base::Task<std::size_t> sweep_memories(storage::Database& database, const base::Clock& clock);

}  // namespace pharos::memory
