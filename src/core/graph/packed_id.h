// An identifier in as few bytes as it needs, for those who keep very many.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace pharos::graph {

/// 16 bytes for a UUID, text of its own for anything else.
class PackedId {
 public:
  PackedId() = default;
  explicit PackedId(std::string_view text);

  std::string text() const;
  bool operator==(const PackedId& other) const;

 private:
  using Uuid = std::array<std::uint64_t, 2>;
  std::variant<Uuid, std::shared_ptr<const std::string>> id_ = std::shared_ptr<const std::string>();
};

}  // namespace pharos::graph
