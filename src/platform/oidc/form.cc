#include "platform/oidc/form.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace pharos::oidc {

std::string encode(std::string_view text) {
  constexpr std::string_view kPlain = "-._~";
  std::string encoded;
  for (const char letter : text) {
    const bool is_plain = base::is_letter_or_digit(letter) || kPlain.contains(letter);
    encoded += is_plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return encoded;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form.append(form.empty() ? "" : "&").append(encode(name)).append("=").append(encode(value));
  }
  return form;
}

}  // namespace pharos::oidc
