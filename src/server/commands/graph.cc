// `pharos graph`: the graphs that the applications run, and graphs in files.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "apps/mirror/mirror_graph.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/flow/reader.h"
#include "core/graph/mermaid.h"
#include "server/commands/commands.h"

namespace pharos::server {
namespace {

namespace json = boost::json;
namespace files = std::filesystem;

constexpr const char* kMirror = "mirror";

/// A mistake in a file is a line of its own each, as compilers print them.
template <class Work>
int telling_mistakes(const Console& console, Work work) {
  try {
    return work();
  } catch (const flow::FileError& error) {
    console.note(fmt::format("{}\n", error.what()));
    return 2;
  }
}

bool is_graph_file(const files::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml" || path.extension() == ".json";
}

/// The graph files of a folder by name, in order; none when there is no such folder.
std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> found;
  std::error_code absent;
  for (const auto& entry : files::directory_iterator(folder, absent)) {
    if (is_graph_file(entry.path())) found.emplace(entry.path().stem().string(), entry.path().string());
  }
  return found;
}

/// The file that a word on the command line means: a path, or a name in the folder.
std::string file_named(const GraphOptions& options) {
  const files::path path(options.name);
  if (is_graph_file(path) || path.has_parent_path()) return options.name;
  const auto known = files_in(options.folder);
  if (const auto found = known.find(options.name); found != known.end()) return found->second;
  std::vector<std::string> names{kMirror};
  for (const auto& [name, file] : known) names.push_back(name);
  const std::string near = base::nearest(options.name, names);
  throw base::Error(base::Code::kNotFound, fmt::format("there is no graph '{}' ({})", options.name,
                                                       near.empty() ? "known are " + base::join(names, ", ")
                                                                    : "did you mean '" + near + "'?"));
}

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

/// Prints each event as a line of JSON.
class LinePrinter final : public graph::EventSink {
 public:
  explicit LinePrinter(const Console& console) : console_(console) {}

  void accept(graph::StreamEvent event) override {
    json::object line{{"mode", graph::mode_name(event.mode)}};
    if (!event.path.empty()) line["path"] = base::to_json(event.path);
    if (!event.node.empty()) line["node"] = event.node;
    line["data"] = std::move(event.data);
    try {
      console_.print(base::compact_json(line) + "\n");
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  /// Ends the run when nobody reads any more.
  base::Task<void> ready() override {
    if (failure_) std::rethrow_exception(failure_);
    co_return;
  }

 private:
  const Console& console_;
  std::exception_ptr failure_;
};

graph::StreamModes modes_named(const std::vector<std::string>& names) {
  const std::vector<graph::StreamMode> known{graph::StreamMode::kValues, graph::StreamMode::kUpdates,
                                             graph::StreamMode::kTasks, graph::StreamMode::kCustom};
  graph::StreamModes modes;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name, graph::mode_name);
    if (found == known.end()) {
      std::vector<std::string> all;
      for (const graph::StreamMode mode : known) all.emplace_back(graph::mode_name(mode));
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("--stream: there is no mode '{}'{}", name, graph::hint(name, all)));
    }
    modes = modes | *found;
  }
  return modes;
}

json::object input_of(const GraphOptions& options) {
  const bool file = options.input.starts_with('@');
  const std::string text = file ? base::read_file(options.input.substr(1)) : options.input;
  return base::from_json<json::object>(base::parse_json(text, "--input"), "--input");
}

/// Runs the task to its end on this thread; throws what it throws.
json::object finish(base::Task<json::object> task) {
  boost::asio::io_context loop{1};
  std::exception_ptr failure;
  json::object result;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, json::object state) {
    failure = std::move(thrown);
    result = std::move(state);
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace

int graph_list(Composition& parts, const Console& console, const GraphOptions& options) {
  std::vector<Listed> all{{.name = kMirror,
                           .file = "",
                           .about = "a report on a photo and a bio",
                           .nodes = mirror_definition().nodes.size()}};
  for (const auto& [name, file] : files_in(options.folder)) {
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
    const flow::Flow flow = flow::read_flow_file(file_named(options), parts.node_kinds());
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

int graph_run(Composition& parts, const Console& console, const GraphOptions& options) {
  if (options.name == kMirror) {
    throw base::Error(base::Code::kInvalidInput, "graph 'mirror' needs a photo: use pharos analyze PHOTO");
  }
  return telling_mistakes(console, [&] {
    const flow::Flow flow = flow::read_flow_file(file_named(options), parts.node_kinds());
    const flow::DynamicGraph graph = flow.compile({.clock = &parts.clock()});
    const graph::StreamModes modes = modes_named(options.stream);
    if (options.stream.empty()) {
      console.print(base::pretty_json(finish(graph.invoke(input_of(options), flow.config))));
      return 0;
    }
    LinePrinter printer(console);
    const json::object state = finish(graph.stream(input_of(options), modes, printer, flow.config));
    console.print(base::compact_json(state) + "\n");
    return 0;
  });
}

}  // namespace pharos::server
