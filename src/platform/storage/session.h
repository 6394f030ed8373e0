// One transaction, as repositories see it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "platform/storage/row.h"
#include "platform/storage/scope.h"

namespace pharos::storage {

enum class Engine { kSqlite, kPostgres };

/// A statement that took long; its values are nobody's business.
struct SlowQuery {
  std::string_view sql;
  base::Duration took;
};

/// What sessions of one database have in common.
struct SessionSurroundings {
  base::Clock& clock;
  base::Duration slow_after;
  std::function<void(const SlowQuery&)> on_slow;
};

/// What is thrown (kUnavailable) once a deadline has passed.
base::Error took_too_long();

/// NULL, numbers, texts, bytes, and each of them where there may be none.
template <class Given>
Value to_value(const Given& given) {
  if constexpr (std::same_as<Given, Value> || std::same_as<Given, std::nullptr_t> ||
                std::same_as<Given, Bytes>) {
    return given;
  } else if constexpr (std::same_as<Given, std::nullopt_t>) {
    return nullptr;
  } else if constexpr (requires {
                         typename Given::value_type;
                         requires std::same_as<Given, std::optional<typename Given::value_type>>;
                       }) {
    return given ? to_value(*given) : Value(nullptr);
  } else if constexpr (std::is_integral_v<Given>) {
    return static_cast<std::int64_t>(given);
  } else if constexpr (std::is_floating_point_v<Given>) {
    return static_cast<double>(given);
  } else if constexpr (requires { requires std::is_object_v<decltype(given.value)>; }) {
    return to_value(given.value);  // of types that check what they hold
  } else {
    return std::string(std::string_view(given));
  }
}

class Session;

/// The rows that a statement will have given. Used within the transaction.
class Asked {
 public:
  /// Waits for them. Once.
  Rows rows();
  /// The first, when there is one.
  std::optional<Row> row();

 private:
  friend class Session;
  Asked(Session& session, std::shared_ptr<Rows> rows) : session_(session), rows_(std::move(rows)) {}

  Session& session_;
  std::shared_ptr<Rows> rows_;
};

/// Used by one thread, inside the work that got it. Statements are the same for every database: values are
/// written `$1`, `$2` and only ever bound; `RETURNING` and `ON CONFLICT` exist in all of them.
///
/// A statement that fails ends the transaction: whatever the work makes of it, everything is undone and the
/// caller gets that failure. Where two may want the same row, say `ON CONFLICT`.
class Session {
 public:
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Carries out one statement; gives the rows that it gives. Throws base::Error: kConflict when a row is
  /// there already or others refer to it, kInvalidInput when a text is not UTF-8 or has a zero in it,
  /// kUnavailable when it took too long, kInternal when it is no statement.
  template <class... Values>
  Rows run(std::string_view sql, const Values&... values) {
    const std::array<Value, sizeof...(Values)> bound{to_value(values)...};
    return run_values(sql, bound);
  }
  /// The same, for statements whose number of values is known only when they are made.
  Rows run_values(std::string_view sql, std::span<const Value> values);
  /// The first row, when there is one.
  template <class... Values>
  std::optional<Row> find(std::string_view sql, const Values&... values) {
    Rows rows = run(sql, values...);
    return rows.empty() ? std::nullopt : std::optional<Row>(std::move(rows.front()));
  }

  /// Carries out one statement whose answer nobody needs: with the next one, or with the end of the
  /// transaction, at the latest. Its failure is the transaction's like any other's.
  template <class... Values>
  void run_later(std::string_view sql, const Values&... values) {
    const std::array<Value, sizeof...(Values)> bound{to_value(values)...};
    run_values_later(sql, bound);
  }

  /// Carries out one statement whose answer is read later: it goes to the database with those that follow.
  template <class... Values>
  Asked ask(std::string_view sql, const Values&... values) {
    const std::array<Value, sizeof...(Values)> bound{to_value(values)...};
    return ask_values(sql, bound);
  }

  /// How many rows the last statement has inserted, updated or deleted, unless that was asked or put off.
  std::size_t changed() const { return changed_; }
  const Scope& scope() const { return scope_; }
  /// For the few statements that cannot be the same.
  Engine engine() const { return engine_; }

  /// Has `then` called once the transaction is durable, and not at all when it is undone: for telling others
  /// of what they can see from then on. Must not throw. In a read it is never called.
  void after_commit(std::function<void()> then) { after_commit_.push_back(std::move(then)); }
  /// What is to be called, which the caller of the transaction does.
  std::vector<std::function<void()>> take_after_commit() { return std::exchange(after_commit_, {}); }

  /// Throws what has ended the transaction, if something has.
  void check() const;

  /// Which tables the statement would read from end to end, in words; empty when it finds its rows by an
  /// index. For tests: hot statements give "".
  virtual std::string whole_table_scans(std::string_view sql) = 0;

 protected:
  Session(Engine engine, const Scope& scope, const SessionSurroundings& around)
      : engine_(engine), scope_(scope), around_(around) {}

  virtual Rows carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed) = 0;
  /// For those to whom every answer costs a round trip.
  virtual void carry_out_later(std::string_view sql, std::span<const Value> values) {
    carry_out(sql, values, changed_);
  }
  /// The rows are there when settle() has returned.
  virtual std::shared_ptr<Rows> carry_out_asked(std::string_view sql, std::span<const Value> values) {
    return std::make_shared<Rows>(carry_out(sql, values, changed_));
  }
  /// Waits for all that was sent.
  virtual void settle() {}

 private:
  friend class Asked;

  void run_values_later(std::string_view sql, std::span<const Value> values);
  Asked ask_values(std::string_view sql, std::span<const Value> values);
  template <class Work>
  auto noting_failure(Work work);

  const Engine engine_;
  const Scope& scope_;
  const SessionSurroundings& around_;
  std::size_t changed_ = 0;
  std::exception_ptr failure_;
  std::vector<std::function<void()>> after_commit_;
};

}  // namespace pharos::storage
