// The boxes of a HEIC file (ISO 14496-12, ISO 23008-12), as far as they tell its size.
#include <algorithm>
#include <optional>
#include <vector>

#include "platform/vision/bytes.h"
#include "platform/vision/decode.h"
#include "platform/vision/image_header.h"

namespace pharos::vision {
namespace {

/// Calls visit(type, body) for each box of a file or of a box's body.
template <class Visit>
void for_each_box(std::string_view boxes, const Visit& visit) {
  const Bytes bytes(boxes);
  for (std::size_t at = 0; bytes.has(at, 8);) {
    std::size_t header = 8;
    std::uint64_t size = bytes.big_endian(at, 4);
    const std::string_view type = bytes.piece(at + 4, 4);
    if (size == 1) {
      size = bytes.big_endian(at + 8, 8);
      header = 16;
    } else if (size == 0) {
      size = bytes.size() - at;  // to the end
    }
    if (size < header) fail_broken("HEIC", "a box has an impossible length");
    if (!bytes.has(at, size)) {
      if (type != "mdat") fail_cut_off();
      return;  // pixels are decode()'s business
    }
    visit(type, boxes.substr(at + header, size - header));
    at += size;
  }
}

/// What the `meta` box says about sizes. A file holds many pictures (tiles, thumbnails, masks); properties
/// are listed once and given to pictures by number.
class Sizes {
 public:
  void read_meta(std::string_view body) {
    Bytes(body).piece(0, 4);  // version and flags
    for_each_box(body.substr(4), [this](std::string_view type, std::string_view inner) {
      if (type == "pitm") read_primary(Bytes(inner));
      if (type == "iprp") for_each_box(inner, [this](auto... box) { read_properties(box...); });
    });
  }

  Found largest() const {
    return std::ranges::max(extents_, {}, [](const std::optional<Found>& extent) { return area(extent); })
        .value_or(Found{});
  }

  /// The largest when the primary picture's own size is not stated.
  Found primary() const {
    for (const std::size_t property : primary_properties_) {
      if (property >= 1 && property <= extents_.size() && extents_[property - 1])
        return *extents_[property - 1];
    }
    return largest();
  }

  bool empty() const { return extents_.empty(); }

 private:
  static double area(const std::optional<Found>& extent) {
    return extent ? static_cast<double>(extent->width) * static_cast<double>(extent->height) : -1;
  }

  void read_primary(const Bytes& bytes) { primary_ = bytes.big_endian(4, bytes.u8(0) == 0 ? 2 : 4); }

  void read_properties(std::string_view type, std::string_view body) {
    if (type == "ipma") read_owners(Bytes(body));
    if (type != "ipco") return;
    for_each_box(body, [this](std::string_view property, std::string_view inner) {
      const Bytes bytes(inner);
      const bool is_extent = property == "ispe";
      extents_.push_back(is_extent ? std::optional(Found{bytes.big_endian(4, 4), bytes.big_endian(8, 4)})
                                   : std::nullopt);
    });
  }

  /// Which properties the primary picture has.
  void read_owners(const Bytes& bytes) {
    const std::size_t id_size = bytes.u8(0) == 0 ? 2 : 4;
    const std::size_t number_size = (bytes.u8(3) & 1) != 0 ? 2 : 1;
    const std::uint64_t number_mask = number_size == 2 ? 0x7FFF : 0x7F;  // the top bit says "essential"
    const std::uint64_t pictures = bytes.big_endian(4, 4);
    std::size_t at = 8;
    for (std::uint64_t i = 0; i < pictures; ++i) {
      const std::uint64_t id = bytes.big_endian(at, id_size);
      const std::size_t count = bytes.u8(at + id_size);
      at += id_size + 1;
      for (std::size_t n = 0; n < count; ++n, at += number_size) {
        if (id == primary_) primary_properties_.push_back(bytes.big_endian(at, number_size) & number_mask);
      }
    }
  }

  std::optional<std::uint64_t> primary_;
  std::vector<std::optional<Found>> extents_;  ///< one a property; empty for other properties
  std::vector<std::size_t> primary_properties_;
};

}  // namespace

bool is_heic(std::string_view file) {
  if (file.size() < 12 || file.substr(4, 4) != "ftyp") return false;
  const auto is_heic_brand = [](std::string_view brand) {
    return brand == "heic" || brand == "heix" || brand == "heim" || brand == "heis";
  };
  const std::string_view major = file.substr(8, 4);
  if (major != "mif1") return is_heic_brand(major);
  const auto end = std::min<std::uint64_t>(Bytes(file).big_endian(0, 4), file.size());
  for (std::size_t offset = 16; offset + 4 <= end; offset += 4) {
    if (is_heic_brand(file.substr(offset, 4))) return true;
  }
  return false;
}

Found read_heic(std::string_view file, const DecodeLimits& limits) {
  Sizes sizes;
  for_each_box(file, [&](std::string_view type, std::string_view body) {
    if (type == "meta") sizes.read_meta(body);
  });
  if (sizes.empty()) fail_cut_off();
  const Found largest = sizes.largest();
  check_size(largest.width, largest.height, limits);  // tiles take memory too
  return sizes.primary();
}

}  // namespace pharos::vision
