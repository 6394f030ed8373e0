// A list of names in as few bytes as it needs, for those who keep very many.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pharos::graph {

/// All of them in one piece of memory, and a short list in none of its own.
class PackedNames {
 public:
  PackedNames() = default;
  explicit PackedNames(const std::vector<std::string>& names);

  void add(std::string_view name);
  std::vector<std::string> names() const;

 private:
  std::string text_;  ///< of each name: its length, seven bits a byte, the lowest first; then its letters
};

}  // namespace pharos::graph
