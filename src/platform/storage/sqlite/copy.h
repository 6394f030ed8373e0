// A SQLite file copied while others write to it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace pharos::storage::sqlite {

/// One state of `from`, in a new file that only its owner may read; nobody is held up. `on_progress` gets the
/// bytes that are done. Blocks. Throws base::Error: kUnavailable when something cannot be read or written,
/// kUnsupported when the database is damaged.
void copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                   const std::function<void(std::uintmax_t)>& on_progress);

}  // namespace pharos::storage::sqlite
