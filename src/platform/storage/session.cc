#include "platform/storage/session.h"

#include "core/base/text.h"

namespace pharos::storage {
namespace {

/// One database would cut such a text or refuse it, another would take it.
void check_texts(std::span<const Value> values) {
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    if (text->find('\0') != std::string::npos || !base::is_utf8(*text)) {
      throw base::Error(base::Code::kInvalidInput,
                        "a text to be stored is not UTF-8 or has a zero character in it: send it as UTF-8");
    }
  }
}

void tell_if_slow(const SessionSurroundings& around, std::string_view sql, base::SteadyTime before) {
  const base::Duration took = around.clock.now() - before;
  if (around.on_slow && took >= around.slow_after) around.on_slow({.sql = sql, .took = took});
}

}  // namespace

base::Error took_too_long() {
  return {base::Code::kUnavailable,
          "the database has not answered before the time for it was over; ask again later"};
}

template <class Work>
auto Session::noting_failure(Work work) {
  check();
  try {
    return work();
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

Rows Session::run_values(std::string_view sql, std::span<const Value> values) {
  return noting_failure([&] {
    const base::SteadyTime before = around_.clock.now();
    changed_ = 0;
    check_texts(values);
    Rows rows = carry_out(sql, values, changed_);
    tell_if_slow(around_, sql, before);
    return rows;
  });
}

void Session::run_values_later(std::string_view sql, std::span<const Value> values) {
  noting_failure([&] {
    const base::SteadyTime before = around_.clock.now();
    check_texts(values);
    carry_out_later(sql, values);
    tell_if_slow(around_, sql, before);
  });
}

Asked Session::ask_values(std::string_view sql, std::span<const Value> values) {
  return noting_failure([&] {
    const base::SteadyTime before = around_.clock.now();
    check_texts(values);
    Asked asked(*this, carry_out_asked(sql, values));
    tell_if_slow(around_, sql, before);
    return asked;
  });
}

Rows Asked::rows() {
  return session_.noting_failure([this] {
    session_.settle();
    return std::move(*rows_);
  });
}

std::optional<Row> Asked::row() {
  Rows all = rows();
  return all.empty() ? std::nullopt : std::optional<Row>(std::move(all.front()));
}

void Session::check() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace pharos::storage
