#include "platform/vision/outputs.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::vision {

using base::Code;
using base::Error;

std::span<const float> find_output(std::span<const inference::Output> outputs, std::size_t elements) {
  for (const inference::Output& output : outputs) {
    if (output.values.size() == elements) return output.values;
  }
  return {};
}

std::span<const float> output_of(std::span<const inference::Output> outputs, std::size_t elements) {
  const auto found = find_output(outputs, elements);
  if (found.empty()) {
    throw Error(Code::kUnavailable,
                fmt::format("the vision model has no output of {} numbers: it is not the one that set-up "
                            "installs; delete it and run `./run --build-only`",
                            elements));
  }
  return found;
}

void require_input(const inference::Model& model, const std::filesystem::path& file, int size) {
  const auto expected = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
  if (model.input_size() != expected) {
    throw Error(
        Code::kUnavailable,
        fmt::format("{} takes {} numbers instead of a {} × {} picture: it is not the model that set-up "
                    "installs; delete it and run `./run --build-only`",
                    file.string(), model.input_size(), size, size));
  }
}

}  // namespace pharos::vision
