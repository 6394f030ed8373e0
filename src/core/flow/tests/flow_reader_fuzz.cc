// Whatever the text, a graph file is read, or refused with a place and a sentence.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/text.h"
#include "core/flow/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pharos;
  static const flow::NodeKinds kinds = [] {
    flow::NodeKinds made;
    flow::add_core_kinds(made);
    return made;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    // What the reader finds sound, the engine must find sound too.
    flow::read_flow(text, "f", kinds).compile();
  } catch (const flow::FileError& error) {
    for (const std::string& line : error.lines()) {
      if (!line.starts_with("f:")) std::abort();
    }
  }
  return 0;
}
