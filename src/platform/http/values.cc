#include "platform/http/values.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/text.h"

namespace pharos::http::detail {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw base::Error(base::Code::kInvalidInput, fmt::format("{}: {}", path, why));
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view domain = text.substr(at + 1);
  const auto in_domain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
           letter == '.';
  };
  const auto in_name = [](char letter) {
    return letter > ' ' && letter != 0x7f && !std::string_view("()<>[]:;@\\,\"").contains(letter);
  };
  return std::ranges::all_of(text.substr(0, at), in_name) && !text.contains("..") && text.front() != '.' &&
         text[at - 1] != '.' && std::ranges::all_of(domain, in_domain) && domain.contains('.') &&
         domain.front() != '.' && domain.back() != '.' && domain.front() != '-' && domain.back() != '-';
}

}  // namespace

std::string checked_text(const boost::json::value& value, const std::string& path, std::size_t min,
                         std::size_t max) {
  auto text = base::from_json<std::string>(value, path);
  const std::size_t length = base::count_code_points(text);
  if (length < min && length == 0) refuse(path, "must not be empty");
  if (length < min || length > max) {
    refuse(path, fmt::format("has {} characters; it may have {} to {}", length, min, max));
  }
  if (text.contains('\0')) refuse(path, "has a zero character");
  return text;
}

std::string checked_email(const boost::json::value& value, const std::string& path) {
  std::string text = base::lower(base::from_json<std::string>(value, path));
  if (!is_mail_address(text)) refuse(path, "is not an e-mail address such as name@example.org");
  return text;
}

std::string checked_id(const boost::json::value& value, const std::string& path) {
  auto text = base::from_json<std::string>(value, path);
  if (!base::is_uuid(text)) refuse(path, "is not an id such as 0193f2c4-7a10-7c55-9d1e-2b8c5f0a41e7");
  return text;
}

std::int64_t checked_whole(const boost::json::value& value, const std::string& path, std::int64_t min,
                           std::int64_t max) {
  const auto number = base::from_json<std::int64_t>(value, path);
  if (number < min || number > max) refuse(path, fmt::format("is {}; it may be {} to {}", number, min, max));
  return number;
}

}  // namespace pharos::http::detail
