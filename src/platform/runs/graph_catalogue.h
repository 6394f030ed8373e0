// The graphs that are served: those of code, and those of a folder's YAML files.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/flow/node_kinds.h"
#include "platform/runs/served_graph.h"

namespace pharos::runs {

/// What has become of a graph, for the log.
struct GraphNews {
  std::string what;  ///< `graph added`, `graph changed`, `graph removed`, `mistake in a graph file`
  std::string about;
  bool is_trouble = false;
};

/// Each *.yaml directly in the folder is a graph, called by the name that it gives itself, else the file's.
/// What is wrong with a file is told, and its graph stays as it was last sound; a file that is taken away
/// takes its graph with it. Graphs of code go before files of their name. Thread-safe; one at a time looks.
class GraphCatalogue final : public GraphSource {
 public:
  /// An empty folder, or one that is not there yet: no files. The others must outlive it.
  GraphCatalogue(const std::filesystem::path& folder, const flow::NodeKinds& kinds, base::Clock& clock);

  /// Throws base::Error (kConflict) when there is one of that id.
  void add(ServedGraph graph);
  /// Reads the folder if something in it, or below it, is not as it was. Blocks. Gives what is new.
  std::vector<GraphNews> look();

  std::shared_ptr<const ServedGraph> find(const std::string& id) const override;
  std::vector<std::shared_ptr<const ServedGraph>> all() const override;
  /// What is wrong with files now, `file:line:column: sentence`.
  std::vector<std::string> problems() const;

 private:
  using Graphs = std::map<std::string, std::shared_ptr<const ServedGraph>>;
  /// What tells that a file was changed.
  struct Stamp {
    std::uint64_t file = 0;
    std::int64_t size = 0;
    std::int64_t written = 0;  ///< nanoseconds
    std::int64_t changed = 0;  ///< likewise: its name or its rights, too
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::map<std::filesystem::path, Stamp>;
  struct ReadFile {
    std::shared_ptr<const ServedGraph> graph;  ///< the last sound one
    std::vector<std::string> problems;
  };

  Stamps stamps() const;
  void read(const std::filesystem::path& file, bool is_new, std::vector<GraphNews>& news);
  std::string refusal(const ServedGraph& graph, const std::filesystem::path& file) const;
  void publish();

  const std::filesystem::path folder_;
  const flow::NodeKinds& kinds_;
  base::Clock& clock_;
  Graphs of_code_;
  // Of whoever looks:
  Stamps seen_;
  std::map<std::filesystem::path, ReadFile> files_;
  std::string folder_problem_;

  mutable std::mutex mutex_;
  std::shared_ptr<const Graphs> graphs_ = std::make_shared<const Graphs>();
  std::vector<std::string> problems_;
};

}  // namespace pharos::runs
