// Finding a network's outputs by their size, and checking that a file holds the network we expect.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "platform/inference/model.h"

namespace pharos::vision {

/// The first output with that many elements; empty when there is none.
std::span<const float> find_output(std::span<const inference::Output> outputs, std::size_t elements);

/// The same. Throws base::Error (kUnavailable) when there is none.
std::span<const float> output_of(std::span<const inference::Output> outputs, std::size_t elements);

/// Throws base::Error (kUnavailable) when the network does not take one RGB square of that size.
void require_input(const inference::Model& model, const std::filesystem::path& file, int size);

}  // namespace pharos::vision
