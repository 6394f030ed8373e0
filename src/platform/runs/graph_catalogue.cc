#include "platform/runs/graph_catalogue.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/text.h"
#include "core/flow/document.h"
#include "core/flow/reader.h"
#include "platform/runs/flow_graph.h"

namespace pharos::runs {
namespace {

namespace files = std::filesystem;

constexpr std::size_t kLongestName = 100;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

bool may_hold_a_graph(const files::path& file) {
  return file.extension() == ".yaml" || file.extension() == ".yml" || file.extension() == ".json";
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * kNanoseconds + time.tv_nsec;
}

/// Without a slash at its end, as its files name it.
files::path plain(const files::path& folder) {
  files::path normal = folder.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

GraphCatalogue::GraphCatalogue(const files::path& folder, const flow::NodeKinds& kinds, base::Clock& clock)
    : folder_(plain(folder)), kinds_(kinds), clock_(clock) {}

void GraphCatalogue::add(ServedGraph graph) {
  const std::string id = graph.id;
  if (!of_code_.emplace(id, std::make_shared<const ServedGraph>(std::move(graph))).second) {
    throw base::Error(base::Code::kConflict, fmt::format("there are two graphs '{}': rename one", id));
  }
  publish();
}

/// Of all files that graphs may be read from: those below the folder may be parts of those in it. Throws
/// base::Error (kUnavailable) when that cannot be said.
GraphCatalogue::Stamps GraphCatalogue::stamps() const {
  Stamps found;
  std::error_code failure;
  files::recursive_directory_iterator entry(folder_, failure);
  for (; !failure && entry != files::recursive_directory_iterator(); entry.increment(failure)) {
    struct stat seen{};
    if (!may_hold_a_graph(entry->path()) || ::stat(entry->path().c_str(), &seen) != 0) continue;
    if (!S_ISREG(seen.st_mode)) continue;
    found.emplace(entry->path(), Stamp{.file = seen.st_ino,
                                       .size = seen.st_size,
                                       .written = nanoseconds(seen.st_mtim),
                                       .changed = nanoseconds(seen.st_ctim)});
  }
  const bool is_absent = failure == std::errc::no_such_file_or_directory;
  if (failure && !(is_absent && seen_.empty())) {
    throw base::Error(base::Code::kUnavailable, fmt::format("the folder '{}' of graphs cannot be read ({}); "
                                                            "its graphs stay as they were",
                                                            folder_.string(), failure.message()));
  }
  return found;
}

std::vector<GraphNews> GraphCatalogue::look() {
  if (folder_.empty()) return {};
  std::vector<GraphNews> news;
  Stamps now;
  try {
    now = stamps();
  } catch (const base::Error& error) {
    if (folder_problem_ != error.what()) news.push_back({"graph files", error.what(), true});
    folder_problem_ = error.what();
    publish();
    return news;
  }
  const bool was_away = !std::exchange(folder_problem_, {}).empty();
  if (now == seen_ && !was_away) return news;
  const Stamps before = std::exchange(seen_, std::move(now));
  std::erase_if(files_, [&](const auto& each) {
    if (seen_.contains(each.first)) return false;
    if (each.second.graph) news.push_back({"graph removed", each.second.graph->id});
    return true;
  });
  for (const auto& [file, stamp] : seen_) {
    if (file.parent_path() != folder_ || file.extension() != ".yaml") continue;
    const auto old = before.find(file);
    read(file, old == before.end() || old->second != stamp, news);
  }
  publish();
  return news;
}

/// Reads it again although it is not new: a graph inside it may be. Then nothing is told, if it is sound.
void GraphCatalogue::read(const files::path& file, bool is_new, std::vector<GraphNews>& news) {
  ReadFile& known = files_[file];
  const std::vector<std::string> problems = std::exchange(known.problems, {});
  try {
    ServedGraph graph = served_graph(flow::read_flow_file(file.string(), kinds_), {.clock = &clock_});
    if (std::string refused = refusal(graph, file); !refused.empty()) {
      throw flow::FileError({fmt::format("{}:1:1: {}", file.string(), refused)});
    }
    if (is_new || !problems.empty())
      news.push_back({known.graph ? "graph changed" : "graph added", graph.id});
    known.graph = std::make_shared<const ServedGraph>(std::move(graph));
  } catch (const flow::FileError& error) {
    known.problems = error.lines();
  } catch (const base::Error& error) {
    known.problems = {fmt::format("{}:1:1: {}", file.string(), error.what())};
  }
  if (known.problems == problems) return;
  for (const std::string& line : known.problems) news.push_back({"mistake in a graph file", line, true});
}

/// Why it cannot be served under its name; empty when it can.
std::string GraphCatalogue::refusal(const ServedGraph& graph, const files::path& file) const {
  if (of_code_.contains(graph.id)) {
    return fmt::format("the graph '{}' is built in: give this one another name", graph.id);
  }
  if (graph.id.size() > kLongestName || base::is_uuid(graph.id)) {
    return fmt::format("'{}' is no name for a graph: take one of up to {} letters that is no UUID",
                       base::shorten(graph.id, 60), kLongestName);
  }
  for (const auto& [other, read] : files_) {
    if (other == file || !read.graph || read.graph->id != graph.id) continue;
    return fmt::format("the graph '{}' is in {} already: rename one", graph.id, other.string());
  }
  return {};
}

void GraphCatalogue::publish() {
  auto graphs = std::make_shared<Graphs>(of_code_);
  std::vector<std::string> problems;
  if (!folder_problem_.empty()) problems.push_back(folder_problem_);
  for (const auto& [file, read] : files_) {
    if (read.graph) graphs->emplace(read.graph->id, read.graph);
    problems.insert(problems.end(), read.problems.begin(), read.problems.end());
  }
  const std::lock_guard lock(mutex_);
  graphs_ = std::move(graphs);
  problems_ = std::move(problems);
}

std::shared_ptr<const ServedGraph> GraphCatalogue::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = graphs_->find(id);
  return found == graphs_->end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const ServedGraph>> GraphCatalogue::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const ServedGraph>> graphs;
  for (const auto& [id, graph] : *graphs_) graphs.push_back(graph);
  return graphs;
}

std::vector<std::string> GraphCatalogue::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

}  // namespace pharos::runs
