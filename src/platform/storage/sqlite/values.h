// Statements' values and rows as every database has them.
#pragma once

#include <span>

#include "platform/storage/row.h"
#include "platform/storage/sqlite/connection.h"

namespace pharos::storage::sqlite {

/// Binds the first value to `$1` and so on, and carries the statement out. `changed` becomes the number of
/// rows that it has inserted, updated or deleted. Throws base::Error, kInternal when the values are not those
/// of the text.
Rows carry_out(Connection& connection, Statement& statement, std::span<const Value> values,
               std::size_t& changed);

}  // namespace pharos::storage::sqlite
