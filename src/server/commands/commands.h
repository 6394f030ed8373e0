// The commands of `pharos`: each takes its described options and returns the exit code.
//
// They throw base::Error; main turns it into one line and exit code 2 (the user's mistake) or 1 (ours).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/composition.h"
#include "server/console.h"

namespace pharos::server {

struct AnalyzeOptions {
  std::vector<std::string> photos;
  std::string bio;  ///< the text, or @FILE; empty: none
  bool json = false;
  std::string html;                     ///< file to write the page to; empty: none
  std::string mode;                     ///< empty: as the settings say
  std::vector<std::string> no_consent;  ///< names of mirror::Consent
};
int analyze(Composition& parts, const Console& console, const AnalyzeOptions& options);

struct VisionOptions {
  std::string photo;
  bool raw = false;
  bool json = false;
};
int see(Composition& parts, const Console& console, const VisionOptions& options);

struct ServeOptions {
  bool sample = false;  ///< analyse the sample photo for the demo account
};
/// Until SIGINT or SIGTERM.
int serve(Composition& parts, const Console& console, const ServeOptions& options);

/// Works off the queue, beside other programs that do.
int work(Composition& parts, const Console& console);

struct UserOptions {
  std::string email;
  std::string password;
  bool superuser = false;
  bool json = false;
};
int users_list(Composition& parts, const Console& console, const UserOptions& options);
int users_add(Composition& parts, const Console& console, const UserOptions& options);
int users_disable(Composition& parts, const Console& console, const UserOptions& options);

struct KeyOptions {
  std::string email;  ///< whose
  std::string id;     ///< for keys_revoke
  std::string name;
  std::vector<std::string> scopes;   ///< names of security::Permission; none: whatever its owner may
  std::optional<std::int64_t> days;  ///< until it expires
  bool json = false;
};
/// Prints the key, once.
int keys_make(Composition& parts, const Console& console, const KeyOptions& options);
int keys_list(Composition& parts, const Console& console, const KeyOptions& options);
int keys_revoke(Composition& parts, const Console& console, const KeyOptions& options);

struct AuditOptions {
  bool json = false;
};
/// 1 when something was changed, taken out or cut off.
int audit_verify(Composition& parts, const Console& console, const AuditOptions& options);

struct BackupOptions {
  std::string folder;
};
int backup(Composition& parts, const Console& console, const BackupOptions& options);
int restore(Composition& parts, const Console& console, const BackupOptions& options);

struct MigrateOptions {
  bool check = false;  ///< only say what there is to do: 1 when there is something
};
int migrate(Composition& parts, const Console& console, const MigrateOptions& options);

struct ConfigOptions {
  bool json = false;
};
/// Every setting, its value and where it is from.
int config(Composition& parts, const Console& console, const ConfigOptions& options);

struct GraphOptions {
  std::string name;                ///< of a graph, or a file
  std::vector<std::string> files;  ///< for graph_check
  std::string folder = "graphs";   ///< where names are looked for
  bool json = false;
};
int graph_list(Composition& parts, const Console& console, const GraphOptions& options);
int graph_show(Composition& parts, const Console& console, const GraphOptions& options);
int graph_check(Composition& parts, const Console& console, const GraphOptions& options);

struct GraphRunOptions {
  GraphOptions graph;
  std::optional<std::string> input;   ///< JSON, or @FILE
  std::string context;                ///< the same: what the nodes are told; empty: nothing
  std::optional<std::string> resume;  ///< the same, or a word: the answer, or answers by question
  std::string thread;                 ///< empty: nothing is kept
  std::string checkpoint;             ///< to go on from; empty: the thread's last
  std::string data;                   ///< folder with the threads; empty: as the settings say
  std::vector<std::string> stream;    ///< names of graph::StreamMode
  bool subgraphs = false;             ///< stream what graphs inside do, too
};
/// 3 when the run stopped to ask, and waits.
int graph_run(Composition& parts, const Console& console, const GraphRunOptions& options);

struct GraphThreadOptions {
  GraphOptions graph;  ///< an empty name: the file that the thread was last run from
  std::string thread;
  std::string checkpoint;             ///< for graph_fork
  std::optional<std::string> update;  ///< fields to write as JSON, or @FILE
  std::string as_node;                ///< who writes them; empty: who wrote last
  std::string data;
};
int graph_history(Composition& parts, const Console& console, const GraphThreadOptions& options);
int graph_fork(Composition& parts, const Console& console, const GraphThreadOptions& options);

struct ReportStyleOptions {
  bool json = false;
};
int doctor(Composition& parts, const Console& console, const ReportStyleOptions& options);
int bench_vision(Composition& parts, const Console& console, const ReportStyleOptions& options);
int bench_embedder(Composition& parts, const Console& console, const ReportStyleOptions& options);

struct GraphBenchOptions {
  bool peer = false;               ///< run the other engine too
  std::vector<std::string> cases;  ///< empty: all
  double seconds = 0.5;            ///< a case
  bool json = false;
};
int bench_graph(Composition& parts, const Console& console, const GraphBenchOptions& options);
int bench_checkpoint(Composition& parts, const Console& console, const GraphBenchOptions& options);
/// Knows no cases.
int bench_server(Composition& parts, const Console& console, const GraphBenchOptions& options);

struct UserBenchOptions {
  int users = 1000;
  double seconds = 60;
  bool json = false;
};
int bench_users(Composition& parts, const Console& console, const UserBenchOptions& options);

/// What Pharos is, and the report of the sample photo: the program without arguments.
int introduce(Composition& parts, const Console& console, const std::string& help);

}  // namespace pharos::server
