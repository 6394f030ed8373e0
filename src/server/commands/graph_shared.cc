#include "server/commands/graph_shared.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace pharos::server {
namespace {

namespace files = std::filesystem;

bool is_graph_file(const files::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml" || path.extension() == ".json";
}

files::path data_folder(const Composition& parts, const std::string& data) {
  if (!data.empty()) return data;
  if (!parts.settings().data.empty()) return parts.settings().data;
  throw base::Error(base::Code::kInvalidInput,
                    "there is no folder to keep threads in: say --data FOLDER, or set PHAROS_DATA or HOME");
}

std::string text_or_file(const std::string& text) {
  return text.starts_with('@') ? base::read_file(text.substr(1)) : text;
}

}  // namespace

std::map<std::string, std::string> graph_files_in(const std::string& folder) {
  std::map<std::string, std::string> found;
  std::error_code absent;
  for (const auto& entry : files::directory_iterator(folder, absent)) {
    if (is_graph_file(entry.path())) found.emplace(entry.path().stem().string(), entry.path().string());
  }
  return found;
}

std::string graph_file_named(const GraphOptions& options) {
  const files::path path(options.name);
  if (is_graph_file(path) || path.has_parent_path()) return options.name;
  const auto known = graph_files_in(options.folder);
  if (const auto found = known.find(options.name); found != known.end()) return found->second;
  std::vector<std::string> names{kMirror};
  for (const auto& [name, file] : known) names.push_back(name);
  const std::string near = base::nearest(options.name, names);
  throw base::Error(base::Code::kNotFound, fmt::format("there is no graph '{}' ({})", options.name,
                                                       near.empty() ? "known are " + base::join(names, ", ")
                                                                    : "did you mean '" + near + "'?"));
}

json::value json_argument(const std::string& text, const std::string& what) {
  return base::parse_json(text_or_file(text), what);
}

json::object object_argument(const std::string& text, const std::string& what) {
  return base::from_json<json::object>(json_argument(text, what), what);
}

json::value answer_argument(const std::string& text, const std::string& what) {
  const std::string given = text_or_file(text);
  try {
    return base::parse_json(given, what);
  } catch (const base::Error&) {
    const std::string_view word = base::trim(given);
    if (word.empty() || std::string_view("{[\"").contains(word.front())) throw;
    return json::value(word);
  }
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return base::is_letter_or_digit(c) || std::string_view("_-./:=@+,%").contains(c);
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

GraphThreads::GraphThreads(Composition& parts, const std::string& data, bool create) {
  const files::path folder = data_folder(parts, data);
  file_ = (folder / kThreadsFile).string();
  if (!create && !files::exists(file_)) {
    throw base::Error(base::Code::kNotFound, fmt::format("no threads are kept in '{}'", folder.string()));
  }
  saver_ = parts.threads(folder);
}

json::object GraphThreads::metadata(const flow::Flow& flow, const std::string& file) {
  return {{"graph", flow.definition.name}, {"file", files::absolute(file).lexically_normal().string()}};
}

std::optional<json::object> GraphThreads::owner(const std::string& thread) const {
  auto last = finish(saver_->get({.thread_id = thread, .path = {}}, {}));
  if (!last) return std::nullopt;
  return std::move(last->checkpoint.metadata);
}

void GraphThreads::throw_unknown(const std::string& thread) const {
  throw base::Error(base::Code::kNotFound, fmt::format("there is no thread '{}' in {}", thread, file_));
}

}  // namespace pharos::server
