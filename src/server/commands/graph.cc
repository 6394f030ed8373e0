// `pharos graph`: the graphs that the applications run.
#include <fmt/format.h>

#include "apps/mirror/mirror_graph.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/graph/mermaid.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

graph::GraphDefinition graph_named(const std::string& name) {
  const std::vector<std::string> known{"mirror"};
  if (name == "mirror") return mirror::mirror_graph(mirror::mock_agents()).definition();
  const std::string near = base::nearest(name, known);
  throw base::Error(base::Code::kNotFound, fmt::format("there is no graph '{}' ({})", name,
                                                       near.empty() ? "known are " + base::join(known, ", ")
                                                                    : "did you mean '" + near + "'?"));
}

}  // namespace

int graph_show(const Console& console, const GraphShowOptions& options) {
  const graph::GraphDefinition definition = graph_named(options.name);
  console.print(options.json ? base::pretty_json(graph::to_json(definition)) : graph::to_mermaid(definition));
  return 0;
}

}  // namespace pharos::server
