#include "platform/security/audit_chain.h"

#include <cstdint>
#include <string>

namespace pharos::security {
namespace {

/// Other sums over the same bytes mean something else.
constexpr std::string_view kDomain = "pharos audit link 1";

void append(std::string& bytes, std::string_view field) {
  const std::uint64_t size = field.size();
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((size >> shift) & 0xffU));
  bytes += field;
}

}  // namespace

Digest first_link(std::string_view team_id) {
  return next_link(Digest{}, {team_id});
}

Digest next_link(const Digest& previous, std::initializer_list<std::string_view> fields) {
  std::string bytes;
  append(bytes, kDomain);
  append(bytes, bytes_of(previous));
  for (const std::string_view field : fields) append(bytes, field);
  return sha256_of(bytes);
}

}  // namespace pharos::security
