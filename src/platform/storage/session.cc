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

}  // namespace

base::Error took_too_long() {
  return {base::Code::kUnavailable,
          "the database has not answered before the time for it was over; ask again later"};
}

Rows Session::run_values(std::string_view sql, std::span<const Value> values) {
  check();
  const base::SteadyTime before = around_.clock.now();
  changed_ = 0;
  try {
    check_texts(values);
    Rows rows = carry_out(sql, values, changed_);
    const base::Duration took = around_.clock.now() - before;
    if (around_.on_slow && took >= around_.slow_after) around_.on_slow({.sql = sql, .took = took});
    return rows;
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

void Session::check() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace pharos::storage
