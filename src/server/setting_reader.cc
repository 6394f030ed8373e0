#include "server/setting_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace pharos::server {

FoundSetting SettingReader::take(const std::string& name, std::string_view about, std::string standard) {
  FoundSetting found = sources_.find(name).value_or(FoundSetting{std::move(standard), "default"});
  entries_.push_back(
      {.name = name, .value = found.text, .source = found.source, .about = std::string(about)});
  return found;
}

std::string SettingReader::place_of(const std::string& name) const {
  const auto found = sources_.find(name);
  return found ? fmt::format("{} ({})", name, found->source) : name;
}

void SettingReader::refuse(const std::string& name, const std::string& text, std::string_view may_be) const {
  throw base::Error(base::Code::kInvalidInput,
                    fmt::format("{} is '{}'; it must be {}", place_of(name), text, may_be));
}

std::string SettingReader::text(const std::string& name, std::string_view about, std::string standard) {
  return take(name, about, std::move(standard)).text;
}

std::string SettingReader::secret(const std::string& name, std::string_view about) {
  std::string text = take(name, about, "").text;
  entries_.back().value = text.empty() ? "not set" : "set";
  return text;
}

std::int64_t SettingReader::whole(const std::string& name, std::string_view about, std::int64_t standard,
                                  std::int64_t min, std::int64_t max) {
  const std::string text = take(name, about, std::to_string(standard)).text;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    refuse(name, text, fmt::format("a whole number from {} to {}", min, max));
  }
  return number;
}

bool SettingReader::truth(const std::string& name, std::string_view about, bool standard) {
  const std::string text = base::lower(take(name, about, standard ? "true" : "false").text);
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  refuse(name, text, "true or false");
}

std::vector<std::string> SettingReader::list(const std::string& name, std::string_view about) {
  std::vector<std::string> parts;
  for (const std::string& part : base::split(take(name, about, "").text, ',')) {
    if (const auto trimmed = base::trim(part); !trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

void SettingReader::refuse_unknown(const std::vector<std::string>& also_known) const {
  std::vector<std::string> known = also_known;
  for (const SettingEntry& entry : entries_) known.push_back(entry.name);
  for (const auto& [name, place] : sources_.ours()) {
    const auto is_known = [&](const std::string& each) { return name == each || name == each + "_FILE"; };
    if (std::ranges::any_of(known, is_known)) continue;
    const std::string near = base::nearest(name, known);
    // The environment may have names that begin like ours for reasons of its own.
    if (place == "environment" && near.empty()) continue;
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("{} ({}) is no setting{}; pharos config lists them", name, place,
                                  near.empty() ? "" : fmt::format(": did you mean {}?", near)));
  }
}

}  // namespace pharos::server
