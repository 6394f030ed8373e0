// `pharos graph run`: a graph from a file, alone or on a thread that is kept.
#include <algorithm>
#include <exception>

#include "core/base/error.h"
#include "core/base/text.h"
#include "server/commands/graph_shared.h"

namespace pharos::server {
namespace {

constexpr int kWaits = 3;  ///< exit code: the run stopped to ask

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
  const auto& known = graph::kStreamModes;
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

/// Shaped as the ids of questions are.
bool is_question_id(std::string_view text) {
  if (text.size() != 36) return false;
  return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

/// An object whose names are those of questions has an answer to each; anything else is one answer.
graph::Resume resume_with(const json::value& given) {
  const auto names_a_question = [](const auto& member) { return is_question_id(member.key()); };
  const bool by_question = given.is_object() && !given.get_object().empty() &&
                           std::ranges::all_of(given.get_object(), names_a_question);
  graph::Resume resume;
  if (by_question) {
    for (const auto& [id, answer] : given.get_object()) resume.answers.emplace(id, answer);
  } else {
    resume.answer = given;
  }
  return resume;
}

/// A node without a thread asked.
bool is_without_thread(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const graph::NodeError& error) {
    return is_without_thread(error.cause());
  } catch (const graph::GraphError& error) {
    return error.fault() == graph::Fault::kInvalidRun;
  } catch (...) {
    return false;
  }
}

/// One `graph run` on its thread, if it has one.
class GraphRun {
 public:
  GraphRun(Composition& parts, const Console& console, const GraphRunOptions& options)
      : console_(console),
        options_(options),
        file_(graph_file_named(options.graph)),
        flow_(flow::read_flow_file(file_, parts.node_kinds())) {
    check_options();
    if (!options.thread.empty()) threads_.emplace(parts, options.data, true);
    graph_.emplace(flow_.compile({.clock = &parts.clock(),
                                  .saver = threads_ ? threads_->saver() : nullptr,
                                  .cache = std::make_shared<graph::MemoryCache>(parts.clock())}));
  }

  int run() {
    const graph::StreamModes modes = modes_named(options_.stream);
    LinePrinter printer(console_);
    graph::EventSink* sink = options_.stream.empty() ? nullptr : &printer;
    try {
      return tell(finish(graph_->run(start(), config(), modes, sink)));
    } catch (const graph::NodeError& error) {
      if (!options_.thread.empty() || !is_without_thread(error.cause())) throw;
      throw base::Error(base::Code::kInvalidInput,
                        fmt::format("node '{}' asks a question, and only a run on a thread can wait for the "
                                    "answer: add --thread NAME",
                                    error.node()));
    }
  }

 private:
  void check_options() const {
    const bool on_thread = options_.resume || !options_.checkpoint.empty();
    if (!on_thread || !options_.thread.empty()) return;
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("{} is for a thread: say which with --thread NAME",
                                  options_.resume ? "--resume" : "--checkpoint"));
  }

  graph::RunConfig config() const {
    graph::RunConfig config = flow_.config;
    config.thread_id = options_.thread;
    config.checkpoint_id = options_.checkpoint;
    config.metadata = GraphThreads::metadata(flow_, file_);
    config.stream_subgraphs = options_.subgraphs;
    if (!options_.context.empty()) {
      json::object context = object_argument(options_.context, "--context");
      flow_.context->check(context);
      config.context = std::make_shared<const json::object>(std::move(context));
    }
    return config;
  }

  /// From the input, with the answer, or where the thread stopped.
  flow::DynamicStart start() const {
    check_owner();
    if (options_.input) return object_argument(*options_.input, "--input");
    if (options_.resume) return resume_with(answer_argument(*options_.resume, "--resume"));
    if (!threads_) return json::object();
    const auto stands = finish(graph_->get_state(options_.thread, options_.checkpoint));
    if (!stands) return json::object();
    if (!stands->next.empty()) return graph::Resume{};
    throw base::Error(
        base::Code::kConflict,
        fmt::format("thread '{}' has ended: give it --input for another turn", options_.thread));
  }

  /// A thread of another graph has other fields.
  void check_owner() const {
    const auto owner = threads_ ? threads_->owner(options_.thread) : std::nullopt;
    if (!owner || !owner->contains("graph")) return;
    const std::string name(owner->at("graph").as_string());
    if (name == flow_.definition.name) return;
    throw base::Error(
        base::Code::kConflict,
        fmt::format("thread '{}' is one of graph '{}', not '{}': give this run another --thread",
                    options_.thread, name, flow_.definition.name));
  }

  int tell(const flow::DynamicOutcome& outcome) const {
    if (options_.graph.json && options_.stream.empty()) {
      console_.print(base::pretty_json(as_json(outcome)));
    } else if (options_.graph.json) {
      console_.print(base::compact_json(as_json(outcome)) + "\n");
    } else {
      console_.print(options_.stream.empty() ? base::pretty_json(outcome.values)
                                             : base::compact_json(outcome.values) + "\n");
    }
    if (outcome.ended()) return 0;
    console_.note(questions(outcome));
    return kWaits;
  }

  json::object as_json(const flow::DynamicOutcome& outcome) const {
    json::array asked;
    for (const graph::Interrupt& each : outcome.interrupts) {
      asked.push_back(json::object{{"id", each.id}, {"node", each.node}, {"value", each.value}});
    }
    return {{"thread", options_.thread},
            {"ended", outcome.ended()},
            {"values", outcome.values},
            {"next", base::to_json(outcome.next)},
            {"interrupts", std::move(asked)}};
  }

  /// What it waits for, and the command that answers.
  std::string questions(const flow::DynamicOutcome& outcome) const {
    const bool several = outcome.interrupts.size() > 1;
    std::string text =
        fmt::format("\nThread {} waits before {}.\n", options_.thread, base::join(outcome.next, ", "));
    json::object answers;
    for (const graph::Interrupt& each : outcome.interrupts) {
      text += question(each, several);
      answers.emplace(each.id, "…");
    }
    text += fmt::format("\nGo on with\n  pharos graph run {} --thread {}", shell_word(file_),
                        shell_word(options_.thread));
    if (!options_.data.empty()) text += " --data " + shell_word(options_.data);
    if (several) text += " --resume " + shell_word(base::compact_json(answers));
    if (outcome.interrupts.size() == 1) text += " --resume ANSWER";
    return text + "\n";
  }

  static std::string question(const graph::Interrupt& asked, bool with_id) {
    const json::object* value = asked.value.is_object() ? &asked.value.get_object() : nullptr;
    const json::value* words = value == nullptr ? &asked.value : value->if_contains("question");
    if (words == nullptr) words = &asked.value;
    if (words->is_object() && words->get_object().contains("text")) words = &words->at("text");
    std::string text = fmt::format("\n  {} asks: {}\n", asked.node, flow::as_text(*words));
    if (value != nullptr && value->contains("refused")) {
      text += fmt::format("    {} was not taken: {}\n", flow::as_text(value->at("refused")),
                          flow::as_text(value->at("why")));
    }
    if (value != nullptr && value->contains("answers")) {
      std::vector<std::string> answers;
      for (const json::value& each : value->at("answers").as_array()) answers.push_back(flow::as_text(each));
      text += fmt::format("    answers: {}\n", base::join(answers, ", "));
    }
    if (with_id) text += fmt::format("    question {}\n", asked.id);
    return text;
  }

  const Console& console_;
  const GraphRunOptions& options_;
  std::string file_;
  flow::Flow flow_;
  std::optional<GraphThreads> threads_;
  std::optional<flow::DynamicGraph> graph_;
};

}  // namespace

int graph_run(Composition& parts, const Console& console, const GraphRunOptions& options) {
  if (options.graph.name == kMirror) {
    throw base::Error(base::Code::kInvalidInput, "graph 'mirror' needs a photo: use pharos analyze PHOTO");
  }
  return telling_mistakes(console, [&] { return GraphRun(parts, console, options).run(); });
}

}  // namespace pharos::server
