#include "server/setting_sources.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace pharos::server {
namespace {

constexpr std::array<std::string_view, 4> kEnvironments{"local", "staging", "production", "test"};

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return base::is_letter_or_digit(letter) || letter == '_';
  });
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

}  // namespace

std::map<std::string, std::string> read_env_file(const std::filesystem::path& file) {
  std::map<std::string, std::string> pairs;
  int number = 0;
  for (const std::string& each : base::split(base::read_file(file, 1 << 20), '\n')) {
    ++number;
    std::string_view line = base::trim(each);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = base::trim(line.substr(7));
    const std::size_t equals = line.find('=');
    const std::string_view name = base::trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("{} line {}: expected NAME=value", file.string(), number));
    }
    pairs[std::string(name)] = unquoted(base::trim(line.substr(equals + 1)));
  }
  return pairs;
}

SettingSources::SettingSources(std::map<std::string, std::string> flags,
                               std::map<std::string, std::string> environment,
                               const std::filesystem::path& folder)
    : flags_(std::move(flags)), environment_(std::move(environment)) {
  const auto add_file = [&](const std::string& name) {
    if (std::filesystem::exists(folder / name)) files_.emplace_back(name, read_env_file(folder / name));
  };
  add_file(".env");
  if (const auto chosen = find("APP_ENV")) app_env_ = chosen->text;
  if (std::ranges::find(kEnvironments, app_env_) == kEnvironments.end()) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("APP_ENV is '{}'; it may be local, staging, production or test", app_env_));
  }
  add_file(".env." + app_env_);
  std::ranges::reverse(files_);
}

std::optional<FoundSetting> SettingSources::find(const std::string& name) const {
  const auto in = [&](const std::map<std::string, std::string>& pairs) -> const std::string* {
    const auto found = pairs.find(name);
    return found == pairs.end() || found->second.empty() ? nullptr : &found->second;
  };
  if (const auto* text = in(flags_)) return FoundSetting{*text, "command line"};
  if (const auto* text = in(environment_)) return FoundSetting{*text, "environment"};
  if (const auto file = environment_.find(name + "_FILE");
      file != environment_.end() && !file->second.empty()) {
    try {
      return FoundSetting{std::string(base::trim(base::read_file(file->second, 1 << 16))), file->second};
    } catch (const base::Error& error) {
      throw base::Error(base::Code::kInvalidInput, fmt::format("{}_FILE: {}", name, error.what()));
    }
  }
  for (const auto& [file, pairs] : files_) {
    if (const auto* text = in(pairs)) return FoundSetting{*text, file};
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> SettingSources::ours() const {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& [name, text] : environment_) {
    if (name.starts_with("PHAROS_")) names.emplace_back(name, "environment");
  }
  for (const auto& [file, pairs] : files_) {
    for (const auto& [name, text] : pairs) names.emplace_back(name, file);
  }
  return names;
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> all;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view pair = *each;
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) all.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return all;
}

}  // namespace pharos::server
