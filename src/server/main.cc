// The command line of Pharos.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
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
  ServeOptions serve;
  UserOptions users;
  KeyOptions keys;
  AuditOptions audit;
  BackupOptions backup;
  MigrateOptions migrate;
  ConfigOptions config;
  AnalyzeOptions analyze;
  VisionOptions vision;
  GraphOptions graph;
  GraphRunOptions graph_run;
  GraphThreadOptions graph_thread;
  GraphBenchOptions graph_bench;
  UserBenchOptions user_bench;
  ReportStyleOptions style;
  std::map<std::string, std::string> settings;  ///< those that have a flag, by name
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

/// A flag that stands for a setting, whose other places it wins over.
void add_setting(CommandLine& line, CLI::App& command, const std::string& flag, const char* name,
                 const char* about) {
  command.add_option_function<std::string>(
      flag, [&line, name](const std::string& text) { line.settings[name] = text; }, about);
}

void add_serve(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand("serve", "Serve the applications over HTTP");
  add_setting(line, *command, "--host", "PHAROS_HOST",
              "Address to listen on (127.0.0.1: this machine alone)");
  add_setting(line, *command, "--port", "PHAROS_PORT", "Port to listen on (8080; 0: any free one)");
  add_setting(line, *command, "--data", "PHAROS_DATA", "Folder for everything that is kept");
  command->add_flag("--sample", line.serve.sample, "Analyse the sample photo for the demo account");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return serve(parts, console, line.serve);
    };
  });
}

/// A command that takes those options and works on the data of a server.
template <class Options>
CLI::App* add_data_command(CommandLine& line, CLI::App& under, const char* name, const char* about,
                           int (*run)(Composition&, const Console&, const Options&), Options& options) {
  CLI::App* command = under.add_subcommand(name, about);
  add_setting(line, *command, "--data", "PHAROS_DATA", "Folder for everything that is kept");
  command->callback([&line, run, &options] {
    line.chosen = [run, &options](Composition& parts, const Console& console) {
      return run(parts, console, options);
    };
  });
  return command;
}

void add_keys(CommandLine& line) {
  CLI::App* keys = line.app.add_subcommand("keys", "Keys for programs that act for somebody");
  keys->require_subcommand(1);
  CLI::App* make = add_data_command(line, *keys, "make", "Make one and print it, once", keys_make, line.keys);
  CLI::App* list = add_data_command(line, *keys, "list", "Somebody's", keys_list, line.keys);
  CLI::App* revoke = add_data_command(line, *keys, "revoke", "Let one in no more", keys_revoke, line.keys);
  for (CLI::App* command : {make, list, revoke}) {
    command->add_option("email", line.keys.email, "Whose")->required();
    command->add_flag("--json", line.keys.json, "Print JSON");
  }
  make->add_option("--name", line.keys.name, "What it is for")->required();
  make->add_option("--scope", line.keys.scopes,
                   "What it is good for, such as items_write (whatever its owner may)")
      ->delimiter(',');
  make->add_option("--days", line.keys.days, "Until it expires (when it is revoked)");
  revoke->add_option("id", line.keys.id, "Which, as `keys list` says")->required();
}

void add_looking_after(CommandLine& line) {
  CLI::App* worker = line.app.add_subcommand("worker", "Work off the queue, beside a server");
  add_setting(line, *worker, "--data", "PHAROS_DATA", "Folder for everything that is kept");
  worker->callback([&line] {
    line.chosen = [](Composition& parts, const Console& console) { return work(parts, console); };
  });
  CLI::App* users = line.app.add_subcommand("users", "Accounts of a server");
  users->require_subcommand(1);
  CLI::App* list = add_data_command(line, *users, "list", "Everybody", users_list, line.users);
  CLI::App* add = add_data_command(line, *users, "add", "Make an account", users_add, line.users);
  CLI::App* disable =
      add_data_command(line, *users, "disable", "Let somebody in no more", users_disable, line.users);
  add->add_option("--password", line.users.password, "At least 8 characters")->required();
  add->add_flag("--superuser", line.users.superuser, "They run this server");
  for (CLI::App* command : {add, disable})
    command->add_option("email", line.users.email, "Whose")->required();
  for (CLI::App* command : {list, add, disable}) command->add_flag("--json", line.users.json, "Print JSON");
  CLI::App* audit = line.app.add_subcommand("audit", "What was done on a server");
  audit->require_subcommand(1);
  add_data_command(line, *audit, "verify", "Find out whether somebody has changed the audit log",
                   audit_verify, line.audit)
      ->add_flag("--json", line.audit.json, "Print JSON");
  add_data_command(line, line.app, "backup", "Copy a server's data while it runs", backup, line.backup)
      ->add_option("folder", line.backup.folder, "A new folder")
      ->required();
  add_data_command(line, line.app, "restore", "Make a data folder of a backup", restore, line.backup)
      ->add_option("folder", line.backup.folder, "The backup")
      ->required();
  add_data_command(line, line.app, "migrate", "Bring a server's tables to their newest form", migrate,
                   line.migrate)
      ->add_flag("--check", line.migrate.check,
                 "Only say what there is to do; exit code 1 when there is something");
}

void add_config(CommandLine& line) {
  CLI::App* command = line.app.add_subcommand("config", "Every setting, its value and where it is from");
  command->add_flag("--json", line.config.json, "Print JSON");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return config(parts, console, line.config);
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

/// A command of `pharos graph` that takes those options.
template <class Options>
CLI::App* add_graph_command(CommandLine& line, CLI::App& graph, const char* name, const char* about,
                            int (*run)(Composition&, const Console&, const Options&), Options& options) {
  CLI::App* command = graph.add_subcommand(name, about);
  command->callback([&line, run, &options] {
    line.chosen = [run, &options](Composition& parts, const Console& console) {
      return run(parts, console, options);
    };
  });
  return command;
}

void add_graph_folder(CLI::App& command, std::string& folder) {
  command.add_option("--dir", folder, "Where graph files are looked for (graphs)")->type_name("FOLDER");
}

void add_graph_data(CLI::App& command, std::string& data) {
  command.add_option("--data", data, "Where threads are kept (PHAROS_DATA, or ~/.local/state/pharos)")
      ->type_name("FOLDER");
}

void add_graph_run(CommandLine& line, CLI::App& graph) {
  GraphRunOptions& options = line.graph_run;
  CLI::App* run = add_graph_command(line, graph, "run", "Run a graph from a file and print its final state",
                                    graph_run, options);
  run->add_option("graph", options.graph.name, "A file, or a name in the folder")->required();
  CLI::Option* input =
      run->add_option("--input", options.input, "The fields to start from as JSON, or @FILE");
  run->add_option("--context", options.context,
                  "What the nodes are told beside the state, as JSON, or @FILE");
  run->add_option("--resume", options.resume,
                  "The answer to what a thread asks: a word, JSON, {question: answer}, or @FILE")
      ->excludes(input);
  run->add_option("--thread", options.thread, "Keep the run under that name, and go on where it stands");
  run->add_option("--checkpoint", options.checkpoint, "Go on from that checkpoint of the thread");
  run->add_option("--stream", options.stream,
                  "Print events as JSON lines, the final state last: values, updates, tasks, custom, "
                  "messages, checkpoints, debug")
      ->delimiter(',');
  run->add_flag("--subgraphs", options.subgraphs, "Print the events of graphs inside, too");
  run->add_flag("--json", options.graph.json, "Print state, questions and what is next as one JSON");
  add_graph_data(*run, options.data);
  add_graph_folder(*run, options.graph.folder);
  run->footer("Exit code 3: the run stopped to ask, and waits for --resume.");
}

void add_graph_threads(CommandLine& line, CLI::App& graph) {
  GraphThreadOptions& options = line.graph_thread;
  const auto add = [&](const char* name, const char* about, auto run) {
    CLI::App* command = add_graph_command(line, graph, name, about, run, options);
    command->add_option("thread", options.thread, "As it was named in graph run")->required();
    command->add_option("--graph", options.graph.name, "A file or name, when it is not where it was");
    command->add_flag("--json", options.graph.json, "Print JSON");
    add_graph_data(*command, options.data);
    add_graph_folder(*command, options.graph.folder);
    return command;
  };
  add("history", "A thread's checkpoints, newest first", graph_history);
  CLI::App* fork = add("fork", "Let a thread go on from an earlier checkpoint", graph_fork);
  fork->add_option("checkpoint", options.checkpoint, "As graph history shows it")->required();
  fork->add_option("--update", options.update, "Write these fields there first: JSON, or @FILE");
  fork->add_option("--as", options.as_node, "As that node, whose edges say what follows; end: nothing does");
}

void add_graph(CommandLine& line) {
  CLI::App* graph =
      line.app.add_subcommand("graph", "Graphs: those that the applications run, and those in files");
  graph->require_subcommand(1);
  GraphOptions& options = line.graph;
  CLI::App* list = add_graph_command(line, *graph, "list", "Graphs by name", graph_list, options);
  add_graph_folder(*list, options.folder);
  list->add_flag("--json", options.json, "Print JSON");
  CLI::App* show = add_graph_command(line, *graph, "show", "Draw a graph as Mermaid", graph_show, options);
  show->add_option("graph", options.name, "A name such as mirror, or a file")->required();
  show->add_flag("--json", options.json, "Print nodes and edges as JSON");
  add_graph_folder(*show, options.folder);
  CLI::App* check =
      add_graph_command(line, *graph, "check", "Say what is wrong with graph files", graph_check, options);
  check->add_option("file", options.files, "YAML or JSON")->required();
  add_graph_run(line, *graph);
  add_graph_threads(line, *graph);
}

/// A benchmark of cases, each of which another engine may run too.
void add_case_bench(CommandLine& line, CLI::App& bench, const char* name, const char* about,
                    const char* examples, decltype(bench_graph)* run) {
  CLI::App* command = bench.add_subcommand(name, about);
  command->add_flag("--peer", line.graph_bench.peer, "Run LangGraph too, in turns, and print the ratios");
  command->add_option("--case", line.graph_bench.cases, examples)->delimiter(',');
  command->add_option("--seconds", line.graph_bench.seconds, "How long each case is repeated")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->add_flag("--json", line.graph_bench.json, "Print JSON");
  command->callback([&line, run] {
    line.chosen = [&line, run](Composition& parts, const Console& console) {
      return run(parts, console, line.graph_bench);
    };
  });
}

void add_user_bench(CommandLine& line, CLI::App& bench) {
  CLI::App* command =
      bench.add_subcommand("users", "Many people at once, who think in between: times, errors");
  command->add_option("--users", line.user_bench.users, "How many")->capture_default_str();
  command->add_option("--seconds", line.user_bench.seconds, "How long, when all have come")
      ->capture_default_str();
  command->add_flag("--json", line.user_bench.json, "Print JSON");
  command->callback([&line] {
    line.chosen = [&line](Composition& parts, const Console& console) {
      return bench_users(parts, console, line.user_bench);
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
  add_case_bench(line, *command, "graph", "The graph runtime: time of a run",
                 "Only these cases: seq-3, fanout-100+memory, ...", bench_graph);
  add_case_bench(line, *command, "checkpoint", "Threads in SQLite and PostgreSQL: time, bytes on disk",
                 "Only these cases: chat-200+sqlite, seq-3+postgres+sync, ...", bench_checkpoint);
  add_case_bench(line, *command, "server", "The server: requests a second, streams, memory",
                 "There is one case", bench_server);
  add_user_bench(line, *command);
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
  add_serve(line);
  add_analyze(line);
  add_vision(line);
  add_graph(line);
  add_bench(line);
  add_looking_after(line);
  add_keys(line);
  add_config(line);
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
  Composition parts(read_settings(SettingSources(line.settings, process_environment(), ".")));
  return guarded([&] { return line.chosen(parts, open_console()); });
}

}  // namespace
}  // namespace pharos::server

int main(int count, char** words) {
  // A thread's own arena keeps what the thread has freed: one for each core is enough.
  ::mallopt(M_ARENA_MAX, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  return pharos::server::guarded([&] { return pharos::server::run(count, words); });
}
