// Statements' values and rows as every database has them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.h"
#include "platform/storage/postgres/connection.h"
#include "platform/storage/row.h"

namespace pharos::storage::postgres {

/// A connection that carries out statements with typed values, each prepared once. Used by one thread at a
/// time.
class Asker {
 public:
  explicit Asker(const std::string& url) : connection_(url) {}

  Connection& connection() { return connection_; }

  /// Throws base::Error; ConnectionLost when there is no answer `silence` after it was sent: a server cancels
  /// by itself what takes too long, and one that does not is gone. `changed` becomes the number of rows that
  /// were inserted, updated or deleted.
  storage::Rows carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed,
                          base::Duration silence);

  /// Runs statements without values in one go, `BEGIN` and the like. Throws as the other does.
  void execute(const std::string& sql, base::Duration silence);

  /// As part of a statement's text, with its quotes.
  std::string literal(const std::string& text);

  /// A connection on which an answer was lost is not used again.
  bool is_usable() const { return !broken_ && !connection_.is_lost(); }

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  template <class Work>
  auto watched(Work work);
  const std::string& prepared(std::string_view sql, base::Duration silence);

  Connection connection_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>
      prepared_;  ///< statement → its name
  int statements_made_ = 0;
  bool broken_ = false;
};

}  // namespace pharos::storage::postgres
