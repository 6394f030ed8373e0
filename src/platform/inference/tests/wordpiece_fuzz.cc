// Any bytes either are refused as not UTF-8 or become pieces of the vocabulary between their markers.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/base/error.h"
#include "platform/inference/wordpiece.h"

using pharos::inference::WordPiece;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const WordPiece words(
      "[UNK]\n[CLS]\n[SEP]\na\ne\n##a\n##ab\n##é\nthe\n.\n漢\n##ing\nsun\n##ny\nم\n##م\n");
  try {
    const auto ids = words.encode({reinterpret_cast<const char*>(data), size}, 64);
    const bool well_formed = ids.size() >= 2 && ids.size() <= 64 && ids.front() == 1 && ids.back() == 2;
    const auto known = [](WordPiece::Id id) {
      return id >= 0 && static_cast<std::size_t>(id) < words.size();
    };
    if (!well_formed || !std::ranges::all_of(ids, known)) std::abort();
  } catch (const pharos::base::Error&) {
  }
  return 0;
}
