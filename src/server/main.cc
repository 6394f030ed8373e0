// The command line of Pharos.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "core/base/error.h"
#include "server/commands/commands.h"
#include "server/version.h"

namespace pharos::server {
namespace {

/// What the words on the command line ask for; parsed first, run after.
struct CommandLine {
  CLI::App app{"Pharos: a server for LLM agents in one program.", "pharos"};
  AnalyzeOptions analyze;
  VisionOptions vision;
  GraphOptions graph;
  GraphBenchOptions graph_bench;
  ReportStyleOptions style;
  std::function<int(Composition&, const Console&)> chosen;
};

void add_analyze(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand("analyze", "Report on a photo and a few lines about yourself");
  command->add_option("photo", line.analyze.photos, "jpeg, png, webp or heic; several are compared")
      ->required();
  command->add_option("--bio", line.analyze.bio, "10 to 5,000 characters about yourself, or @FILE");
  command->add_flag("--json", line.analyze.json, "Print the whole report as JSON");
  command->add_option("--html", line.analyze.html, "Write the report as one page to FILE")->type_name("FILE");
  command->add_option("--mode", line.analyze.mode, "prod, dev or mock");
  command
      ->add_option("--no-consent", line.analyze.no_consent,
                   "Leave out: face, fashion, posture, bio, detailed")
      ->delimiter(',');
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return analyze(parts, console, line.analyze);
    };
  });
}

void add_vision(CommandLine& line) {
  CLI::App* command =
      line.app.add_subcommand("vision", "What the local models see in a photo, without agents");
  command->add_option("photo", line.vision.photo, "jpeg, png, webp or heic")->required();
  command->add_flag("--raw", line.vision.raw, "One pass at original size, as the reference library does it");
  command->add_flag("--json", line.vision.json, "Print JSON");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return see(parts, console, line.vision);
    };
  });
}

void add_graph(CommandLine& line) {
  CLI::App* command =
      line.app.add_subcommand("graph", "Graphs: those that the applications run, and those in files");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, auto run) {
    CLI::App* one = command->add_subcommand(name, about);
    one->callback([&line, run] {
      line.chosen = [&line, run](Composition& parts, const Console& console) {
        return run(parts, console, line.graph);
      };
    });
    return one;
  };
  const auto add_folder = [&](CLI::App* to) {
    to->add_option("--dir", line.graph.folder, "Where graph files are looked for (graphs)")
        ->type_name("FOLDER");
  };
  CLI::App* list = add("list", "Graphs by name", graph_list);
  add_folder(list);
  list->add_flag("--json", line.graph.json, "Print JSON");
  CLI::App* show = add("show", "Draw a graph as Mermaid", graph_show);
  show->add_option("graph", line.graph.name, "A name such as mirror, or a file")->required();
  show->add_flag("--json", line.graph.json, "Print nodes and edges as JSON");
  add_folder(show);
  CLI::App* check = add("check", "Say what is wrong with graph files", graph_check);
  check->add_option("file", line.graph.files, "YAML or JSON")->required();
  CLI::App* run = add("run", "Run a graph from a file and print its final state", graph_run);
  run->add_option("graph", line.graph.name, "A file, or a name in the folder")->required();
  run->add_option("--input", line.graph.input, "The fields to start from as JSON, or @FILE");
  run->add_option("--stream", line.graph.stream,
                  "Print events as JSON lines, the final state last: values, updates, tasks, custom")
      ->delimiter(',');
  add_folder(run);
}

void add_graph_bench(CommandLine& line, CLI::App& bench) {
  CLI::App* command = bench.add_subcommand("graph", "The graph runtime: time of a run");
  command->add_flag("--peer", line.graph_bench.peer, "Run LangGraph too, in turns, and print the ratios");
  command->add_option("--case", line.graph_bench.cases, "Only these cases: seq-3, fanout-100+memory, ...")
      ->delimiter(',');
  command->add_option("--seconds", line.graph_bench.seconds, "How long each case is repeated")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->add_flag("--json", line.graph_bench.json, "Print JSON");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return bench_graph(parts, console, line.graph_bench);
    };
  });
}

void add_bench(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand("bench", "Measure this machine");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, auto run) {
    CLI::App* bench = command->add_subcommand(name, about);
    bench->add_flag("--json", line.style.json, "Print JSON");
    bench->callback([&line, run] {
      line.chosen = [&line, run](Composition& parts, const Console& console) {
        return run(parts, console, line.style);
      };
    });
  };
  add("vision", "Photos: time of each stage, throughput, memory", bench_vision);
  add("embedder", "Sentence embeddings: tokens a second", bench_embedder);
  add_graph_bench(line, *command);
}

void add_doctor(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand("doctor", "What is installed and whether it is sound");
  command->add_flag("--json", line.style.json, "Print JSON");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return doctor(parts, console, line.style);
    };
  });
}

/// The one place where an error becomes a line and an exit code: 2 is the person's mistake, 1 ours.
int guarded(const std::function<int()>& work) {
  try {
    return work();
  } catch (const base::Error& error) {
    std::fputs(fmt::format("pharos: {}\n", error.what()).c_str(), stderr);
    return base::is_users_mistake(error.code()) ? 2 : 1;
  } catch (const std::exception& error) {
    std::fputs(fmt::format("pharos: internal error: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
}

int run(int count, char** words) {
  CommandLine line;
  line.app.set_version_flag("--version", std::string(kVersion));
  line.app.require_subcommand(0, 1);
  line.app.footer("Try: pharos analyze photo.jpg --bio \"I build wooden boats.\" --html report.html");
  add_analyze(line);
  add_vision(line);
  add_graph(line);
  add_bench(line);
  add_doctor(line);
  line.chosen = [&line](Composition& parts, const Console& console) {
    return introduce(parts, console, line.app.help());
  };
  try {
    line.app.parse(count, words);
  } catch (const CLI::Success& asked_for_help) {
    return line.app.exit(asked_for_help);
  } catch (const CLI::ParseError& mistake) {
    std::fputs(fmt::format("pharos: {} (pharos --help lists the commands)\n", mistake.what()).c_str(),
               stderr);
    return 2;
  }
  Composition parts(settings_from_environment());
  return guarded([&] { return line.chosen(parts, open_console()); });
}

}  // namespace
}  // namespace pharos::server

int main(int count, char** words) {
  // A thread's own arena keeps what the thread has freed: one for each core is enough.
  ::mallopt(M_ARENA_MAX, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  return pharos::server::guarded([&] { return pharos::server::run(count, words); });
}
