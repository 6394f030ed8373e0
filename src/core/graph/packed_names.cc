#include "core/graph/packed_names.h"

namespace pharos::graph {
namespace {

constexpr std::size_t kMore = 0x80;  ///< another byte of the length follows

}  // namespace

PackedNames::PackedNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) add(name);
}

void PackedNames::add(std::string_view name) {
  std::size_t length = name.size();
  for (; length >= kMore; length >>= 7U) text_ += static_cast<char>(length % kMore + kMore);
  text_ += static_cast<char>(length);
  text_ += name;
}

std::vector<std::string> PackedNames::names() const {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text_.size();) {
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(text_[at++]);
      length += byte % kMore << shift;
      if (byte < kMore) break;
    }
    names.push_back(text_.substr(at, length));
    at += length;
  }
  return names;
}

}  // namespace pharos::graph
