#include "server/settings.h"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::server {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

int workers_from_environment() {
  const auto text = variable("PHAROS_WORKERS");
  if (!text) return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  int workers = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), workers);
  if (failure != std::errc() || end != text->data() + text->size() || workers < 1 || workers > 256) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("PHAROS_WORKERS is '{}'; it must be a whole number from 1 to 256", *text));
  }
  return workers;
}

mirror::Mode mode_from_environment() {
  for (const char* name : {"PHAROS_MODE", "LIFEMIRROR_MODE"}) {
    if (const auto text = variable(name)) return base::from_name<mirror::Mode>(*text, name);
  }
  return mirror::Mode::kProd;
}

/// Installed, files lie in share/pharos beside bin; in a build tree, in build/ above release/bin.
std::filesystem::path folder_beside_program(const char* name) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto installed = program / ".." / "share" / "pharos" / name;
  return (std::filesystem::exists(installed) ? installed : program / ".." / ".." / name).lexically_normal();
}

/// In a build tree, bench/ lies in the source folder, which is above build/.
std::filesystem::path peer_in_source_folder() {
  return (folder_beside_program("models").parent_path().parent_path() / "bench/peer/start.sh");
}

/// Where the XDG base directory specification puts what a program keeps between its runs.
std::filesystem::path state_folder() {
  if (const auto data = variable("PHAROS_DATA")) return *data;
  if (const auto state = variable("XDG_STATE_HOME")) return std::filesystem::path(*state) / "pharos";
  if (const auto home = variable("HOME")) return std::filesystem::path(*home) / ".local/state/pharos";
  return {};
}

}  // namespace

Settings settings_from_environment() {
  return {
      .models = variable("PHAROS_MODELS").value_or(folder_beside_program("models").string()),
      .samples = variable("PHAROS_SAMPLES").value_or(folder_beside_program("samples").string()),
      .peer = variable("PHAROS_PEER").value_or(peer_in_source_folder().string()),
      .data = state_folder(),
      .mode = mode_from_environment(),
      .workers = workers_from_environment(),
  };
}

}  // namespace pharos::server
