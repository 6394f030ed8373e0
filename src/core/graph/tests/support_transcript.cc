#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <boost/json/serialize.hpp>

#include "core/base/file.h"
#include "core/base/ids.h"
#include "core/graph/tests/transcript.h"

namespace pharos::graph::transcript {
namespace {

constexpr std::size_t kIdLength = 36;

/// Puts short names in place of identifiers.
class ShortIds {
 public:
  json::value operator()(const json::value& value) {
    if (value.is_string()) return json::value(shorten(std::string(value.get_string())));
    if (value.is_array()) {
      json::array items;
      for (const json::value& item : value.get_array()) items.push_back((*this)(item));
      return items;
    }
    if (!value.is_object()) return value;
    json::object members;
    for (const auto& [name, item] : value.get_object()) members.emplace(name, (*this)(item));
    return members;
  }

 private:
  std::string shorten(std::string text) {
    for (std::size_t at = 0; at + kIdLength <= text.size(); ++at) {
      const std::string id = text.substr(at, kIdLength);
      if (!base::is_uuid(id)) continue;
      const std::string next = "id-" + std::to_string(names_.size() + 1);
      text.replace(at, kIdLength, names_.emplace(id, next).first->second);
    }
    return text;
  }

  std::map<std::string, std::string> names_;
};

std::map<std::string, json::object> read_cases() {
  std::map<std::string, json::object> cases;
  const std::filesystem::path folder =
      std::filesystem::path(PHAROS_SOURCE_DIR) / "src/core/graph/tests/transcripts";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const json::value read = base::parse_json(base::read_file(file.path().string()), file.path().string());
    for (const auto& [name, said] : read.at("cases").as_object()) cases.emplace(name, said.as_object());
  }
  return cases;
}

const std::map<std::string, json::object>& cases() {
  static const std::map<std::string, json::object> read = read_cases();
  return read;
}

json::array list(const std::vector<Interrupt>& interrupts) {
  json::array all;
  for (const Interrupt& each : interrupts) all.push_back({{"value", each.value}, {"id", each.id}});
  return all;
}

/// Without the names of graph and node in front.
std::string reason(const std::string& error) {
  static const std::string kFailed = " failed: ";
  const std::size_t at = error.rfind(kFailed);
  return at == std::string::npos ? error : error.substr(at + kFailed.size());
}

std::string name_of(Fault fault) {
  switch (fault) {
    case Fault::kInvalidUpdate:
      return "InvalidUpdateError";
    case Fault::kRecursionLimit:
      return "GraphRecursionError";
    case Fault::kUnknownNode:
      return "UnknownNode";
    case Fault::kInvalidRun:
      return "InvalidRun";
    case Fault::kInvalidResume:
      return "InvalidResume";
    case Fault::kPaused:
      return "Paused";
    case Fault::kDrained:
      return "GraphDrained";
    default:
      return "fault " + std::to_string(static_cast<int>(fault));
  }
}

}  // namespace

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& [name, said] : cases()) names.push_back(name);
  return names;
}

void compare(const std::string& name, const json::object& told) {
  const auto found = cases().find(name);
  ASSERT_NE(found, cases().end()) << "no file in transcripts/ has this case";
  const json::object& said = found->second;
  json::object expected = said.at("observed").as_object();
  EXPECT_EQ(said.contains("ours"), said.contains("because")) << "a difference has a reason";
  if (const json::value* ours = said.if_contains("ours")) {
    for (const auto& [key, value] : ours->as_object()) {
      EXPECT_FALSE(expected.contains(key) && expected.at(key) == value) << key << ": this is no difference";
      expected[key] = value;
    }
  }
  const json::object short_told = ShortIds()(told).as_object();
  for (const auto& [key, value] : expected) {
    const json::value* got = short_told.if_contains(key);
    EXPECT_EQ(got == nullptr ? "nothing" : json::serialize(*got), json::serialize(value))
        << "told of " << key;
  }
  for (const auto& [key, value] : short_told) {
    EXPECT_TRUE(expected.contains(key)) << "the file does not have " << key << ": " << json::serialize(value);
  }
}

json::array list(const Items& items) {
  return json::array(items.begin(), items.end());
}

json::object shown(const Trail& state) {
  json::object fields;
  if (!state.items.empty()) fields["items"] = list(state.items);
  if (state.x != 0) fields["x"] = state.x;
  if (state.y != 0) fields["y"] = state.y;
  return fields;
}

json::array shown(const std::vector<Interrupt>& interrupts) {
  return list(interrupts);
}

json::object shown(const Snapshot<Trail>& snapshot) {
  json::array tasks;
  for (const SnapshotTask& task : snapshot.tasks) {
    json::object one{{"name", task.node}};
    if (task.error) one["error"] = reason(*task.error);
    if (!task.interrupts.empty()) one["interrupts"] = list(task.interrupts);
    if (task.finished) one["finished"] = true;
    tasks.push_back(std::move(one));
  }
  return {{"values", shown(snapshot.values)},
          {"next", list(snapshot.next)},
          {"step", snapshot.step},
          {"source", base::to_name(snapshot.source)},
          {"tasks", std::move(tasks)}};
}

json::object shown(const Outcome<Trail>& outcome) {
  json::object all = shown(outcome.values);
  if (!outcome.interrupts.empty()) all["__interrupt__"] = list(outcome.interrupts);
  return all;
}

json::object state_of(const Graph<Trail>& graph, const std::string& thread_id,
                      const std::string& checkpoint_id) {
  const auto snapshot = run(graph.get_state(thread_id, checkpoint_id));
  return snapshot ? shown(*snapshot) : json::object();
}

json::array history_of(const Graph<Trail>& graph, const std::string& thread_id) {
  json::array history;
  auto snapshots = run(graph.get_state_history(thread_id));
  std::ranges::reverse(snapshots);
  for (const auto& each : snapshots) {
    history.push_back(
        {{"step", each.step},
         {"source", base::to_name(each.source)},
         {"id", each.checkpoint_id},
         {"parent", each.parent_id.empty() ? json::value(nullptr) : json::value(each.parent_id)},
         {"values", shown(each.values)},
         {"next", list(each.next)}});
  }
  return history;
}

std::string checkpoint_before(const Graph<Trail>& graph, const std::string& thread_id, const Items& next) {
  for (const auto& each : run(graph.get_state_history(thread_id))) {
    if (each.next == next) return each.checkpoint_id;
  }
  ADD_FAILURE() << "no checkpoint leads there";
  return {};
}

std::string name_of_current_exception() {
  try {
    throw;
  } catch (const NodeError& failed) {
    return failed.reason();
  } catch (const GraphError& broken) {
    return name_of(broken.fault());
  } catch (const std::exception& other) {
    return other.what();
  }
}

void Events::accept(StreamEvent event) {
  json::array one;
  if (paths_) one.push_back(transcript::list(event.path));
  if (modes_) one.emplace_back(mode_name(event.mode));
  one.push_back(std::move(event.data));
  if (one.size() == 1) {
    json::value only = std::move(one[0]);
    all.push_back(std::move(only));
  } else {
    all.push_back(std::move(one));
  }
}

/// A state without its first values, where an event has one.
static void make_plain(json::value& state) {
  if (state.is_object() && state.get_object().contains("items")) state = shown(base::from_json<Trail>(state));
}

/// Of where it is kept the ids alone.
static json::object plain_checkpoint(json::object checkpoint) {
  const json::value parent = checkpoint.at("parent_config");
  make_plain(checkpoint.at("values"));
  return {{"id", checkpoint.at("config").at("configurable").at("checkpoint_id")},
          {"parent", parent.is_null() ? parent : parent.at("configurable").at("checkpoint_id")},
          {"values", checkpoint.at("values")},
          {"metadata", checkpoint.at("metadata")},
          {"next", checkpoint.at("next")},
          {"tasks", checkpoint.at("tasks")}};
}

/// An error is told by its reason alone.
static void make_plain_task(json::object& task) {
  if (json::value* input = task.if_contains("input")) make_plain(*input);
  json::value* error = task.if_contains("error");
  if (error != nullptr && error->is_string()) *error = json::string(reason(std::string(error->get_string())));
}

json::array plain(json::array events) {
  for (json::value& event : events) {
    const json::string mode = event.at(0).as_string();
    json::value& data = event.at(1);
    if (mode == "values") make_plain(data);
    if (mode == "tasks") make_plain_task(data.get_object());
    if (mode == "checkpoints") data = plain_checkpoint(data.get_object());
    if (mode == "messages") data = json::array{data.at(0).at("content"), data.at(0).at("id")};
  }
  return events;
}

json::array events_of(const Graph<Trail>& graph, RunStart<Trail> input, StreamModes modes, RunConfig config) {
  Events events;
  run(graph.run(std::move(input), std::move(config), modes, &events));
  return std::move(events.all);
}

Graph<Trail> chain_abc(std::shared_ptr<Items> runs, std::shared_ptr<Saver> saver) {
  auto g = trail_graph("chain");
  for (const std::string name : {"a", "b", "c"}) {
    g.add_node(name, [name, runs](const Trail& state) {
      runs->push_back(name);
      return update(&Trail::items, {name}).set(&Trail::x, state.x + 1);
    });
  }
  g.add_edge(kStart, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", kEnd);
  return g.compile({.saver = std::move(saver)});
}

}  // namespace pharos::graph::transcript
