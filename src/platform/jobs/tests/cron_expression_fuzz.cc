// Any text is either refused or comes round, later each time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/error.h"
#include "platform/jobs/cron_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pharos;
  try {
    const jobs::CronExpression cron(std::string_view(reinterpret_cast<const char*>(data), size));
    const base::WallTime first = cron.next(base::WallTime());
    if (first <= base::WallTime() || cron.next(first) <= first) std::abort();
    static const jobs::TimeZone lisbon("Europe/Lisbon");
    if (cron.next(first, lisbon) <= first) std::abort();
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kInvalidInput) std::abort();
  }
  return 0;
}
