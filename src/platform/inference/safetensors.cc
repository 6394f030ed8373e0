#include "platform/inference/safetensors.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/json.h"

namespace pharos::inference {
namespace {

using base::Code;
using base::Error;
namespace json = base::json;

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

/// The format's own limit for its table of contents.
constexpr std::uint64_t kLargestHeader = 100'000'000;

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(Code::kInvalidInput, "this is not a whole safetensors file: " + reason);
}

std::size_t bytes_each(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 13> kTypes = {{{"BOOL", 1},
                                                                                {"U8", 1},
                                                                                {"I8", 1},
                                                                                {"F8_E4M3", 1},
                                                                                {"F8_E5M2", 1},
                                                                                {"U16", 2},
                                                                                {"I16", 2},
                                                                                {"F16", 2},
                                                                                {"BF16", 2},
                                                                                {"U32", 4},
                                                                                {"I32", 4},
                                                                                {"F32", 4},
                                                                                {"F64", 8}}};
  for (const auto& [name, bytes] : kTypes) {
    if (name == type) return bytes;
  }
  if (type == "I64" || type == "U64") return 8;
  refuse(fmt::format("numbers of an unknown type '{}'", type));
}

std::optional<std::size_t> product(std::size_t a, std::size_t b) {
  if (b != 0 && a > std::numeric_limits<std::size_t>::max() / b) return std::nullopt;
  return a * b;
}

const json::value& field(const json::object& entry, std::string_view name, std::string_view tensor) {
  const json::value* found = entry.if_contains(name);
  if (found == nullptr) refuse(fmt::format("'{}' has no {}", tensor, name));
  return *found;
}

TensorView view_of(std::string_view name, const json::value& entry, std::span<const std::byte> data) {
  if (!entry.is_object()) refuse(fmt::format("'{}' is not described", name));
  const json::object& facts = entry.get_object();
  const std::string path(name);
  TensorView view;
  view.type = base::from_json<std::string>(field(facts, "dtype", name), path + ".dtype");
  view.shape = base::from_json<std::vector<std::size_t>>(field(facts, "shape", name), path + ".shape");
  const auto [begin, end] =
      base::from_json<std::array<std::size_t, 2>>(field(facts, "data_offsets", name), path + ".data_offsets");
  if (begin > end || end > data.size()) refuse(fmt::format("'{}' lies outside of it", name));
  std::optional<std::size_t> size = bytes_each(view.type);
  for (const std::size_t dimension : view.shape) {
    if (size) size = product(*size, dimension);
  }
  if (size != end - begin) refuse(fmt::format("'{}' is not as long as its shape says", name));
  view.bytes = data.subspan(begin, end - begin);
  return view;
}

}  // namespace

Safetensors::Safetensors(std::span<const std::byte> file) {
  std::uint64_t header = 0;
  if (file.size() < sizeof header) refuse("it is too short");
  std::memcpy(&header, file.data(), sizeof header);
  if (header > kLargestHeader || header > file.size() - sizeof header) refuse("its header is cut off");
  const auto text = file.subspan(sizeof header, header);
  const auto data = file.subspan(sizeof header + header);
  const json::value contents =
      base::parse_json({reinterpret_cast<const char*>(text.data()), text.size()}, "the safetensors header");
  if (!contents.is_object()) refuse("its header is not an object");
  for (const auto& [name, entry] : contents.get_object()) {
    if (name != "__metadata__") tensors_.emplace(std::string(name), view_of(name, entry, data));
  }
}

std::span<const float> Safetensors::floats(std::string_view name, std::span<const std::size_t> shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(Code::kInvalidInput,
                fmt::format("the weights have no '{}': they are of another model", name));
  }
  const TensorView& view = found->second;
  if (view.type != "F32" || !std::ranges::equal(view.shape, shape)) {
    throw Error(Code::kInvalidInput,
                fmt::format("the weights' '{}' is {} of shape [{}], where F32 of shape [{}] is needed", name,
                            view.type, fmt::join(view.shape, ", "), fmt::join(shape, ", ")));
  }
  if (std::bit_cast<std::uintptr_t>(view.bytes.data()) % alignof(float) != 0) {
    throw Error(Code::kInvalidInput,
                fmt::format("the weights' '{}' does not begin at a multiple of 4", name));
  }
  return {reinterpret_cast<const float*>(view.bytes.data()), view.bytes.size() / sizeof(float)};
}

}  // namespace pharos::inference
