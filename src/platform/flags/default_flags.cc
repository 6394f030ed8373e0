#include "platform/flags/default_flags.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::flags {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_small_letter(char letter) {
  return letter >= 'a' && letter <= 'z';
}

std::optional<std::int64_t> percent_of(std::string_view word) {
  if (word == "on") return 100;
  if (word == "off") return 0;
  std::int64_t percent = 0;
  const auto [rest, failure] = std::from_chars(word.data(), word.data() + word.size(), percent);
  const bool is_percent =
      failure == std::errc() && word.substr(static_cast<std::size_t>(rest - word.data())) == "%";
  if (!is_percent || percent < 0 || percent > 100) return std::nullopt;
  return percent;
}

}  // namespace

void check_flag_name(std::string_view name) {
  const auto may_be_in_it = [](char letter) {
    return is_small_letter(letter) || (letter >= '0' && letter <= '9') || letter == '_';
  };
  if (name.empty() || name.size() > kLongestName || !is_small_letter(name.front()) ||
      !std::ranges::all_of(name, may_be_in_it))
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("'{}' names no feature: a name has up to {} small letters, digits and _, a "
                                  "letter first, such as new_reports",
                                  name, kLongestName));
}

DefaultFlags read_default_flags(const std::vector<std::string>& parts) {
  DefaultFlags flags;
  for (const std::string& part : parts) {
    const std::size_t equals = part.find('=');
    const auto percent =
        equals == std::string::npos ? std::nullopt : percent_of(std::string_view(part).substr(equals + 1));
    if (!percent)
      throw base::Error(
          base::Code::kInvalidInput,
          fmt::format("'{}' is no feature's default: write new_reports=on, =off or =20%", part));
    const std::string name = part.substr(0, equals);
    check_flag_name(name);
    flags[name] = *percent;
  }
  return flags;
}

}  // namespace pharos::flags
