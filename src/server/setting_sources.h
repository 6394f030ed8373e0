// Where a setting can stand, and which place wins: flag > environment > file of a secret (NAME_FILE) >
// .env.{APP_ENV} > .env > default.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::server {

/// A setting's text and the place that it is from, as people are told it: `--port`, `environment`, `.env`,
/// ...
struct FoundSetting {
  std::string text;
  std::string source;
};

/// Pairs of a file of lines `NAME=value`: blank lines and lines that begin with # say nothing; `export ` may
/// stand in front, quotes around the value are taken off. Throws base::Error (kInvalidInput) that names the
/// line.
std::map<std::string, std::string> read_env_file(const std::filesystem::path& file);

/// Finds settings by name. Used while the program starts, by one thread.
class SettingSources {
 public:
  /// `environment` is all of it; `folder` is where .env files are looked for. Reads them at once; throws
  /// base::Error (kInvalidInput) when one of them is broken or APP_ENV has no such value.
  SettingSources(std::map<std::string, std::string> flags, std::map<std::string, std::string> environment,
                 const std::filesystem::path& folder);

  /// Nothing when the setting stands nowhere, or is empty. Throws base::Error when the file of a secret
  /// cannot be read.
  std::optional<FoundSetting> find(const std::string& name) const;

  /// Names in the .env files, and in the environment those that begin with PHAROS_, with their places.
  std::vector<std::pair<std::string, std::string>> ours() const;
  const std::string& app_env() const { return app_env_; }

 private:
  std::map<std::string, std::string> flags_;
  std::map<std::string, std::string> environment_;
  std::vector<std::pair<std::string, std::map<std::string, std::string>>>
      files_;  ///< name, pairs; the first wins
  std::string app_env_ = "local";
};

/// The environment of this process.
std::map<std::string, std::string> process_environment();

}  // namespace pharos::server
