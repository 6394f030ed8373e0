// What the commands of `pharos graph` share.
#pragma once

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "core/base/json.h"
#include "core/base/task.h"
#include "core/flow/reader.h"
#include "core/graph/saver.h"
#include "server/commands/commands.h"

namespace pharos::server {

namespace json = boost::json;

/// The graph that `pharos analyze` runs.
inline constexpr const char* kMirror = "mirror";

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

/// Runs the task to its end on this thread; throws what it throws.
template <class Result>
Result finish(base::Task<Result> task) {
  boost::asio::io_context loop{1};
  std::exception_ptr failure;
  std::optional<Result> result;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, Result made) {
    failure = std::move(thrown);
    if (!failure) result.emplace(std::move(made));
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

/// The graph files of a folder by name, in order; none when there is no such folder.
std::map<std::string, std::string> graph_files_in(const std::string& folder);
/// The file that a word on the command line means: a path, or a name in the folder.
std::string graph_file_named(const GraphOptions& options);

/// JSON on the command line, or @FILE. `what` is the option's name.
json::value json_argument(const std::string& text, const std::string& what);
json::object object_argument(const std::string& text, const std::string& what);
/// The same for an answer, where a word without quotes is text.
json::value answer_argument(const std::string& text, const std::string& what);

/// A word of a command line as a shell reads it.
std::string shell_word(const std::string& word);

/// Threads in a data folder, and the graph that each belongs to.
class GraphThreads {
 public:
  /// `data`: the folder; empty: as the settings say. Throws base::Error when there is none, or (unless
  /// `create`) nothing in it.
  GraphThreads(Composition& parts, const std::string& data, bool create);

  const std::shared_ptr<graph::Saver>& saver() const { return saver_; }
  /// What is kept with every checkpoint, so that a thread knows its graph.
  static json::object metadata(const flow::Flow& flow, const std::string& file);
  /// The metadata of the thread's last checkpoint; none when there is no such thread.
  std::optional<json::object> owner(const std::string& thread) const;
  [[noreturn]] void throw_unknown(const std::string& thread) const;

 private:
  std::string file_;
  std::shared_ptr<graph::Saver> saver_;
};

}  // namespace pharos::server
