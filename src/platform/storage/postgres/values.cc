#include "platform/storage/postgres/values.h"

#include <charconv>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "core/base/error.h"

namespace pharos::storage::postgres {
namespace {

constexpr std::size_t kMostStatements = 1000;  // texts made at run time must not pile up

/// Object identifiers of types (pg_type.dat).
enum Type : Oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700
};

/// Values as libpq takes them: the server finds out their types from where they stand, texts and bytes go as
/// they are.
class Arguments {
 public:
  explicit Arguments(std::span<const Value> values) {
    texts_.reserve(values.size());  // pointers into it must stay
    for (const Value& value : values) std::visit([this](const auto& given) { add(given); }, value);
  }

  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(std::nullptr_t) { add(nullptr, 0, false); }
  void add(std::int64_t number) { add_text(std::to_string(number)); }
  void add(double real) { add_text(fmt::format("{}", real)); }
  void add(const std::string& text) { add(text.c_str(), text.size(), false); }
  void add(const Bytes& bytes) { add(bytes.content.data(), bytes.content.size(), true); }
  void add_text(std::string text) {
    texts_.push_back(std::move(text));
    add(texts_.back());
  }
  void add(const char* pointer, std::size_t length, bool is_binary) {
    pointers_.push_back(pointer);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(is_binary ? 1 : 0);
  }

  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

std::string bytes_of(std::string_view text) {
  const auto digit = [](char character) {
    return static_cast<unsigned>(character <= '9' ? character - '0' : character - 'a' + 10);
  };
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(text[i]) << 4U | digit(text[i + 1])));
  }
  return bytes;
}

/// A sum of whole numbers is `numeric`, and a whole number to us.
Value number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc() && end == text.data() + text.size()) return number;
  return std::strtod(text.c_str(), nullptr);
}

Value value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return nullptr;
  std::string text(PQgetvalue(result, row, column),
                   static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kBool:
      return std::int64_t{text == "t"};
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric:
      return number_of(text);
    case kFloat4:
    case kFloat8:
      return std::strtod(text.c_str(), nullptr);
    case kBytea:
      return Bytes{bytes_of(text)};
    default:
      return text;
  }
}

storage::Rows rows_of(const PGresult* result) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (int column = 0; column < PQnfields(result); ++column) names->emplace_back(PQfname(result, column));
  storage::Rows rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<Value> values;
    values.reserve(names->size());
    for (int column = 0; column < PQnfields(result); ++column)
      values.push_back(value_of(result, row, column));
    rows.emplace_back(names, std::move(values));
  }
  return rows;
}

/// libpq counts what a SELECT has found too.
std::size_t changed_by(PGresult* result) {
  if (std::string_view(PQcmdStatus(result)).starts_with("SELECT")) return 0;
  return static_cast<std::size_t>(std::strtoull(PQcmdTuples(result), nullptr, 10));
}

/// Waits for the next result, but not for ever; null when there is none.
Result next_result(PGconn* connection, base::Duration silence) {
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(silence).count();
  while (PQisBusy(connection) != 0) {
    pollfd wait{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(limit));
    if (ready == 0) throw ConnectionLost("PostgreSQL: the server does not answer");
    if (ready > 0 && PQconsumeInput(connection) != 1) throw lost(connection);
  }
  return Result(PQgetResult(connection));
}

bool is_good(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

}  // namespace

void ResultEnd::operator()(pg_result* result) const {
  PQclear(result);
}

/// Notes when an answer was lost.
template <class Work>
auto Asker::watched(Work work) {
  try {
    return work(connection_.native());
  } catch (const Clash&) {
    throw;
  } catch (const ConnectionLost&) {
    broken_ = true;
    throw;
  }
}

void Asker::begin(std::string_view sql, std::string_view setting, std::vector<Value> values) {
  opening_ = {.sql = sql, .setting = setting, .values = std::move(values)};
}

void Asker::open(base::Duration silence) {
  if (!opening_) return;
  watched([&](PGconn*) {
    ready(silence);
    sync();
    receive(silence);
  });
}

storage::Rows Asker::carry_out(std::string_view sql, std::span<const Value> values, std::size_t& changed,
                               base::Duration silence) {
  return watched([&](PGconn*) {
    ready(silence);
    send(sql, values);
    sync();
    const Result result = receive(silence);
    changed = changed_by(result.get());
    return rows_of(result.get());
  });
}

void Asker::carry_out_later(std::string_view sql, std::span<const Value> values, base::Duration silence) {
  watched([&](PGconn*) {
    ready(silence);
    send(sql, values);
  });
}

std::shared_ptr<storage::Rows> Asker::ask(std::string_view sql, std::span<const Value> values,
                                          base::Duration silence) {
  auto into = std::make_shared<storage::Rows>();
  watched([&](PGconn*) {
    ready(silence);
    send(sql, values, into);
  });
  return into;
}

void Asker::settle(base::Duration silence) {
  if (synced_) return;
  watched([&](PGconn*) {
    sync();
    receive(silence);
  });
}

void Asker::commit(base::Duration silence) {
  if (std::exchange(opening_, std::nullopt)) return;
  std::size_t changed = 0;
  carry_out("COMMIT", {}, changed, silence);
}

void Asker::roll_back(base::Duration silence) {
  if (std::exchange(opening_, std::nullopt)) return;
  std::size_t changed = 0;
  // Behind a statement that fails it would be overlooked.
  if (!synced_) {
    watched([&](PGconn*) {
      sync();
      answers(silence);
    });
  }
  carry_out("ROLLBACK", {}, changed, silence);
}

void Asker::leave(base::Duration silence) {
  if (std::exchange(opening_, std::nullopt)) return;
  watched([&](PGconn*) {
    ready(silence);
    send("COMMIT", {});
    sync();
  });
}

/// Reads what nobody has waited for, and sends what is to come before everything else.
void Asker::ready(base::Duration silence) {
  if (!synced_) return;
  if (!sent_.empty()) receive(silence);
  if (PQenterPipelineMode(connection_.native()) != 1) throw lost(connection_.native());
  synced_ = false;
  if (const auto opening = std::exchange(opening_, std::nullopt)) {
    send(opening->sql, {});
    send(opening->setting, opening->values);
  }
}

void Asker::send(std::string_view sql, std::span<const Value> values, std::shared_ptr<storage::Rows> into) {
  PGconn* native = connection_.native();
  auto known = prepared_.find(sql);
  if (known == prepared_.end()) {
    if (prepared_.size() >= kMostStatements) {
      prepared_.clear();
      if (PQsendQueryParams(native, "DEALLOCATE ALL", 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) {
        throw lost(native);
      }
      sent_.push_back({});
    }
    known = prepared_.emplace(sql, fmt::format("a{}", ++statements_made_)).first;
    if (PQsendPrepare(native, known->second.c_str(), known->first.c_str(), 0, nullptr) != 1) {
      throw lost(native);
    }
    sent_.push_back({.preparing = known->first, .into = nullptr});
  }
  const Arguments arguments(values);
  if (PQsendQueryPrepared(native, known->second.c_str(), arguments.count(), arguments.pointers(),
                          arguments.lengths(), arguments.formats(), 0) != 1) {
    throw lost(native);
  }
  sent_.push_back({.preparing = {}, .into = std::move(into)});
}

void Asker::sync() {
  if (PQpipelineSync(connection_.native()) != 1) throw lost(connection_.native());
  synced_ = true;
}

/// All that was sent; gives the last answer. After a failure the server overlooks the rest.
Asker::Answers Asker::answers(base::Duration silence) {
  PGconn* native = connection_.native();
  Answers read;
  for (const Sent& each : std::exchange(sent_, {})) {
    read.last = next_result(native, silence);
    if (!read.last || next_result(native, silence)) throw lost(native);
    const bool has_worked = is_good(read.last.get());
    if (has_worked && each.into) *each.into = rows_of(read.last.get());
    if (has_worked) continue;
    if (!read.failure) read.failure = failure_of(read.last.get(), native);
    if (!each.preparing.empty()) prepared_.erase(each.preparing);
  }
  const Result end = next_result(native, silence);
  if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) throw lost(native);
  PQexitPipelineMode(native);
  return read;
}

Result Asker::receive(base::Duration silence) {
  Answers read = answers(silence);
  if (read.failure) std::rethrow_exception(read.failure);
  return std::move(read.last);
}

}  // namespace pharos::storage::postgres
