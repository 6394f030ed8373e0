// `pharos graph`: the graphs that the applications run, and graphs in files.
#include <algorithm>

#include <fmt/format.h>

#include "apps/mirror/mirror_graph.h"
#include "core/base/json.h"
#include "core/flow/reader.h"
#include "core/graph/mermaid.h"
#include "server/commands/commands.h"
#include "server/commands/graph_shared.h"

namespace pharos::server {
namespace {

graph::GraphDefinition mirror_definition() {
  return mirror::mirror_graph(mirror::mock_agents()).definition();
}

/// One line of `graph list`.
struct Listed {
  std::string name;
  std::string file;  ///< empty for graphs of the applications
  std::string about;
  std::size_t nodes = 0;
  std::size_t mistakes = 0;
};
BOOST_DESCRIBE_STRUCT(Listed, (), (name, file, about, nodes, mistakes))

Listed listed(const std::string& name, const std::string& file, const flow::NodeKinds& kinds) {
  Listed one{.name = name, .file = file};
  try {
    const flow::Flow flow = flow::read_flow_file(file, kinds);
    one.about = flow.about;
    one.nodes = flow.definition.nodes.size();
  } catch (const flow::FileError& error) {
    one.mistakes = error.lines().size();
    one.about = fmt::format("has mistakes: pharos graph check {}", file);
  }
  return one;
}

}  // namespace

int graph_list(Composition& parts, const Console& console, const GraphOptions& options) {
  std::vector<Listed> all{{.name = kMirror,
                           .file = "",
                           .about = "a report on a photo and a bio",
                           .nodes = mirror_definition().nodes.size()}};
  for (const auto& [name, file] : graph_files_in(options.folder)) {
    all.push_back(listed(name, file, parts.node_kinds()));
  }
  if (options.json) {
    console.print(base::pretty_json(base::to_json(all)));
    return 0;
  }
  std::size_t width = 0;
  for (const Listed& one : all) width = std::max(width, one.name.size());
  for (const Listed& one : all) console.print(fmt::format("{:<{}}  {}\n", one.name, width, one.about));
  return 0;
}

int graph_show(Composition& parts, const Console& console, const GraphOptions& options) {
  return telling_mistakes(console, [&] {
    if (options.name == kMirror) {
      const graph::GraphDefinition mirror = mirror_definition();
      console.print(options.json ? base::pretty_json(graph::to_json(mirror)) : graph::to_mermaid(mirror));
      return 0;
    }
    const flow::Flow flow = flow::read_flow_file(graph_file_named(options), parts.node_kinds());
    console.print(options.json ? base::pretty_json(flow::to_json(flow)) : graph::to_mermaid(flow.definition));
    return 0;
  });
}

int graph_check(Composition& parts, const Console& console, const GraphOptions& options) {
  int code = 0;
  for (const std::string& file : options.files) {
    code = std::max(code, telling_mistakes(console, [&] {
                      const flow::Flow flow = flow::read_flow_file(file, parts.node_kinds());
                      console.print(fmt::format("{}: sound, {} nodes\n", file, flow.definition.nodes.size()));
                      return 0;
                    }));
  }
  return code;
}

}  // namespace pharos::server
