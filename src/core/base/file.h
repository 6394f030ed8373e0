// Whole files in and out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace pharos::base {

/// Reads a whole file. Throws Error: kNotFound when it does not exist, kInvalidInput when it is a folder,
/// kTooLarge above `max_bytes`, kUnavailable when it cannot be read.
std::string read_file(const std::filesystem::path& path, std::uintmax_t max_bytes = std::uintmax_t{1} << 30);

/// Writes the whole file or leaves the old one: into a neighbour, then renamed. Throws Error (kUnavailable).
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace pharos::base
