// Statements' values and rows as every database has them.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "platform/storage/postgres/connection.h"
#include "platform/storage/row.h"

namespace pharos::storage::postgres {

struct ResultEnd {
  void operator()(pg_result* result) const;
};
using Result = std::unique_ptr<pg_result, ResultEnd>;

/// A connection that carries out statements with typed values, each prepared once, in transactions. What can
/// go together is sent together. Used by one thread at a time.
///
/// Throws base::Error; ConnectionLost when there is no answer `silence` after something was sent: a server
/// cancels by itself what takes too long, and one that does not is gone.
class Asker {
 public:
  explicit Asker(const std::string& url) : connection_(url) {}

  Connection& connection() { return connection_; }

  /// Begins a transaction with `sql`, then carries out `setting` with those values. It is sent with the first
  /// statement, or by open().
  void begin(std::string_view sql, std::string_view setting, std::vector<Value> values);
  void open(base::Duration silence);
  /// `changed` becomes the number of rows that were inserted, updated or deleted.
  storage::Rows carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed,
                          base::Duration silence);
  /// The same without an answer: it is sent with whatever comes next, whose failure its failure is.
  void carry_out_later(std::string_view sql, std::span<const Value> values, base::Duration silence);
  /// The same, with an answer that is there as soon as anything later has one, or after settle().
  std::shared_ptr<storage::Rows> ask(std::string_view sql, std::span<const Value> values,
                                     base::Duration silence);
  void settle(base::Duration silence);
  /// Nothing when there was no statement, as the others here.
  void commit(base::Duration silence);
  void roll_back(base::Duration silence);
  /// Ends a transaction that has only read: nobody waits for the answer.
  void leave(base::Duration silence);

  /// A connection on which an answer was lost is not used again.
  bool is_usable() const { return !broken_ && !connection_.is_lost(); }

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Opening {
    std::string_view sql;
    std::string_view setting;
    std::vector<Value> values;
  };
  /// What is sent and not answered yet.
  struct Sent {
    std::string preparing;                ///< the statement that it prepares, or nothing
    std::shared_ptr<storage::Rows> into;  ///< where its answer goes; null: nobody asks
  };
  struct Answers {
    Result last;
    std::exception_ptr failure;  ///< the first
  };

  template <class Work>
  auto watched(Work work);
  void ready(base::Duration silence);
  void send(std::string_view sql, std::span<const Value> values,
            std::shared_ptr<storage::Rows> into = nullptr);
  void sync();
  Answers answers(base::Duration silence);
  Result receive(base::Duration silence);

  Connection connection_;
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>
      prepared_;  ///< statement → its name
  int statements_made_ = 0;
  std::optional<Opening> opening_;  ///< that is not sent yet
  std::vector<Sent> sent_;
  bool synced_ = true;  ///< the server answers what was sent
  bool broken_ = false;
};

}  // namespace pharos::storage::postgres
