// `pharos graph history` and `graph fork`: what a thread has been through, and going on from an earlier
// point.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/text.h"
#include "server/commands/graph_shared.h"

namespace pharos::server {
namespace {

/// A thread with the graph that it belongs to.
class OwnedThread {
 public:
  OwnedThread(Composition& parts, const GraphThreadOptions& options)
      : threads_(parts, options.data, false),
        thread_(options.thread),
        file_(file_of(options)),
        flow_(flow::read_flow_file(file_, parts.node_kinds())),
        graph_(flow_.compile({.clock = &parts.clock(), .saver = threads_.saver(), .seed = 0})) {}

  const std::string& file() const { return file_; }
  const flow::Flow& flow() const { return flow_; }
  const flow::DynamicGraph& graph() const { return graph_; }
  json::object metadata() const { return GraphThreads::metadata(flow_, file_); }

 private:
  /// The one that is named, or the one that the thread was last run from.
  std::string file_of(const GraphThreadOptions& options) const {
    const auto owner = threads_.owner(thread_);
    if (!owner) threads_.throw_unknown(thread_);
    if (!options.graph.name.empty()) return graph_file_named(options.graph);
    const json::value* file = owner->if_contains("file");
    if (file != nullptr && std::filesystem::exists(file->as_string().c_str())) {
      return std::string(file->as_string());
    }
    throw base::Error(base::Code::kNotFound,
                      fmt::format("thread '{}' was run from {}, which is not there any more: say where it is "
                                  "with --graph FILE",
                                  thread_, file == nullptr ? "a program" : flow::as_text(*file)));
  }

  GraphThreads threads_;
  std::string thread_;
  std::string file_;
  flow::Flow flow_;
  flow::DynamicGraph graph_;
};

json::value as_json(const flow::DynamicSnapshot& snapshot) {
  json::array tasks;
  for (const graph::SnapshotTask& task : snapshot.tasks) {
    json::object one{{"id", task.id}, {"node", task.node}, {"finished", task.finished}};
    if (task.error) one["error"] = *task.error;
    tasks.push_back(std::move(one));
  }
  json::array asked;
  for (const graph::Interrupt& each : snapshot.interrupts) {
    asked.push_back(json::object{{"id", each.id}, {"node", each.node}, {"value", each.value}});
  }
  return json::object{{"checkpoint_id", snapshot.checkpoint_id},
                      {"parent_id", snapshot.parent_id},
                      {"run_id", snapshot.run_id},
                      {"created_at", base::iso8601(snapshot.created_at)},
                      {"source", base::to_name(snapshot.source)},
                      {"step", snapshot.step},
                      {"next", base::to_json(snapshot.next)},
                      {"values", snapshot.values},
                      {"tasks", std::move(tasks)},
                      {"interrupts", std::move(asked)},
                      {"metadata", snapshot.metadata}};
}

/// As much of a text as fits.
std::string clipped(const std::string& text, std::size_t width) {
  if (base::count_code_points(text) <= width) return text;
  std::string cut;
  std::size_t count = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && ++count >= width) break;
    cut += c;
  }
  return cut + "…";
}

/// The state before a checkpoint: its parent's, or the fields' first values.
json::object before(const flow::DynamicSnapshot& snapshot, const std::vector<flow::DynamicSnapshot>& all,
                    const flow::Fields& fields) {
  const auto parent = std::ranges::find_if(
      all, [&](const flow::DynamicSnapshot& each) { return each.checkpoint_id == snapshot.parent_id; });
  if (parent != all.end()) return parent->values;
  json::object initial;
  for (const flow::Field& field : fields.all()) initial.emplace(field.name, *field.initial);
  return initial;
}

std::string line_of(const flow::DynamicSnapshot& snapshot) {
  const bool begins = snapshot.next.size() == 1 && snapshot.next[0] == graph::kStart;
  std::string what = begins                  ? "the input"
                     : snapshot.next.empty() ? "ended"
                                             : "then " + base::join(snapshot.next, ", ");
  if (!snapshot.interrupts.empty()) what += " (asks)";
  for (const graph::SnapshotTask& task : snapshot.tasks) {
    if (task.error) what += fmt::format(" ({} failed)", task.node);
  }
  return fmt::format("{:>4}  {}  {}  {:<6}  {}\n", snapshot.step, snapshot.checkpoint_id,
                     base::iso8601(snapshot.created_at).substr(0, 19), base::to_name(snapshot.source), what);
}

void print_history(const Console& console, const OwnedThread& thread,
                   const std::vector<flow::DynamicSnapshot>& history) {
  for (const flow::DynamicSnapshot& each : history) {
    console.print(line_of(each));
    const json::object old = before(each, history, *thread.flow().fields);
    for (const auto& [name, value] : each.values) {
      const json::value* was = old.if_contains(name);
      if (was != nullptr && *was == value) continue;
      const std::string change = fmt::format("{} = {}", std::string_view(name), base::compact_json(value));
      console.print("      " + clipped(change, static_cast<std::size_t>(console.width) - 6) + "\n");
    }
  }
}

/// A node's name as the engine has it.
std::string engine_name(const std::string& node) {
  if (node == flow::kStartWord) return std::string(graph::kStart);
  return node == flow::kEndWord ? std::string(graph::kEnd) : node;
}

}  // namespace

int graph_history(Composition& parts, const Console& console, const GraphThreadOptions& options) {
  return telling_mistakes(console, [&] {
    const OwnedThread thread(parts, options);
    const auto history = finish(thread.graph().get_state_history(options.thread));
    if (options.graph.json) {
      json::array all;
      for (const flow::DynamicSnapshot& each : history) all.push_back(as_json(each));
      console.print(base::pretty_json(all));
      return 0;
    }
    console.print(fmt::format("thread {} of graph {} ({})\n", options.thread, thread.flow().definition.name,
                              thread.file()));
    print_history(console, thread, history);
    return 0;
  });
}

int graph_fork(Composition& parts, const Console& console, const GraphThreadOptions& options) {
  return telling_mistakes(console, [&] {
    const OwnedThread thread(parts, options);
    const graph::RunConfig at{
        .thread_id = options.thread, .checkpoint_id = options.checkpoint, .metadata = thread.metadata()};
    const bool writes = options.update || !options.as_node.empty();
    const json::object values =
        options.update ? object_argument(*options.update, "--update") : json::object();
    const std::string made =
        finish(writes ? thread.graph().update_state(values, engine_name(options.as_node), at)
                      : thread.graph().fork(at));
    const auto stands = finish(thread.graph().get_state(options.thread, made));
    if (options.graph.json) {
      console.print(base::pretty_json(as_json(*stands)));
      return 0;
    }
    console.print(fmt::format("{}\n", made));
    std::string hint = stands->next.empty() ? "which has ended" : "then " + base::join(stands->next, ", ");
    hint = fmt::format("Thread {} now stands there, {}.\n", options.thread, hint);
    if (!stands->next.empty()) {
      hint += fmt::format("Go on with\n  pharos graph run {} --thread {}{}\n", shell_word(thread.file()),
                          shell_word(options.thread),
                          options.data.empty() ? "" : " --data " + shell_word(options.data));
    }
    console.note(hint);
    return 0;
  });
}

}  // namespace pharos::server
