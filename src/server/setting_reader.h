// Settings read by name and type; what was read, with its place and meaning, is what `pharos config` shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "core/base/json.h"
#include "server/setting_sources.h"

namespace pharos::server {

/// One setting as people are shown it.
struct SettingEntry {
  std::string name;
  std::string value;   ///< of a secret: whether there is one
  std::string source;  ///< `default`, `environment`, `.env`, ...
  std::string about;
};
BOOST_DESCRIBE_STRUCT(SettingEntry, (), (name, value, source, about))

/// Each call throws base::Error (kInvalidInput) that names the setting, its place and what it may be.
class SettingReader {
 public:
  explicit SettingReader(const SettingSources& sources) : sources_(sources) {}

  std::string text(const std::string& name, std::string_view about, std::string standard = "");
  /// Never shown.
  std::string secret(const std::string& name, std::string_view about);
  std::int64_t whole(const std::string& name, std::string_view about, std::int64_t standard, std::int64_t min,
                     std::int64_t max);
  bool truth(const std::string& name, std::string_view about, bool standard);
  /// Parts between commas.
  std::vector<std::string> list(const std::string& name, std::string_view about);
  template <class Enum>
  Enum choice(const std::string& name, std::string_view about, Enum standard) {
    const std::string chosen = text(name, about, base::to_name(standard));
    return base::from_name<Enum>(chosen, place_of(name));
  }

  /// Throws base::Error (kInvalidInput) for a name that nothing has asked for: any of a .env file, and in the
  /// environment one that begins with PHAROS_ and is nearly one of ours.
  void refuse_unknown(const std::vector<std::string>& also_known) const;
  std::vector<SettingEntry> entries() && { return std::move(entries_); }

 private:
  FoundSetting take(const std::string& name, std::string_view about, std::string standard);
  std::string place_of(const std::string& name) const;
  [[noreturn]] void refuse(const std::string& name, const std::string& text, std::string_view may_be) const;

  const SettingSources& sources_;
  std::vector<SettingEntry> entries_;
};

}  // namespace pharos::server
