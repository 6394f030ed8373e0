// Graphs inside a graph: written in its file, or in files that it names.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/flow/document.h"
#include "core/flow/flow.h"
#include "core/flow/node_kinds.h"

namespace pharos::flow {

/// For the kinds whose nodes run graphs. Both functions give null, and keep a problem, when there is no sound
/// graph.
class InnerGraphs {
 public:
  virtual ~InnerGraphs() = default;
  virtual std::shared_ptr<const Flow> from_file(const Item& name) = 0;
  /// `name` is the graph's when it says none itself.
  virtual std::shared_ptr<const Flow> written_here(const Item& graph, const std::string& name) = 0;
};

/// The files of one reading: each is read once, and none inside itself.
class FlowFiles {
 public:
  explicit FlowFiles(const NodeKinds& kinds) : kinds_(kinds) {}

  /// Throws FileError with all that is wrong, in other files that it names too; base::Error when the file
  /// cannot be read.
  Flow read(const std::filesystem::path& file);
  /// The file of that name in the folder of `outer`, or below it. Null, with a problem, when it is not sound.
  std::shared_ptr<const Flow> read_inner(const std::string& outer, const Item& name, Problems& problems);

 private:
  std::string problem_with(const std::string& name, const std::filesystem::path& file) const;

  const NodeKinds& kinds_;
  std::vector<std::filesystem::path> open_;  ///< being read, the outermost first
  std::map<std::filesystem::path, std::shared_ptr<const Flow>> known_;
};

}  // namespace pharos::flow
