#include "server/commands/bench_peer.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/json.h"

namespace pharos::server {
namespace {

/// What the peer says; `error` in place of the rest.
struct Answer {
  std::vector<double> runs_us;
  std::optional<double> memory_mb;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (runs_us, memory_mb, error))

/// Starts the program with one end of the pair as its standard input and output.
pid_t start(const std::string& program, int end) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
  std::string name = program;
  const std::array<char*, 2> words{name.data(), nullptr};
  pid_t process = -1;
  const int failure = ::posix_spawn(&process, program.c_str(), &actions, nullptr, words.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    throw base::Error(
        base::Code::kNotFound,
        fmt::format("the engine to compare with cannot be started by {} ({}); run from a source "
                    "tree, or set PHAROS_PEER",
                    program, std::strerror(failure)));
  }
  return process;
}

}  // namespace

PeerProcess::PeerProcess(const std::filesystem::path& program) : name_(program.string()) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("no socket for the engine to compare with: {}", std::strerror(errno)));
  }
  socket_ = ends[0];
  try {
    process_ = start(name_, ends[1]);
  } catch (...) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
}

PeerProcess::~PeerProcess() {
  ::close(socket_);  // it ends when it reads to the end
  ::waitpid(process_, nullptr, 0);
}

graph::BenchTimes PeerProcess::run(const std::string& case_name, double seconds) {
  return run_at(case_name, "", seconds);
}

graph::BenchTimes PeerProcess::run_at(const std::string& case_name, const std::string& place,
                                      double seconds) {
  const boost::json::object request{{"case", case_name}, {"seconds", seconds}, {"place", place}};
  ask(boost::json::serialize(request) + "\n");
  auto got = base::from_json<Answer>(base::parse_json(answer(), "the peer's answer"), "the peer's answer");
  if (got.error || got.runs_us.empty()) {
    throw base::Error(base::Code::kUnavailable,
                      fmt::format("the engine to compare with failed at {}: {}", case_name,
                                  got.error.value_or("it gave no times")));
  }
  return {.runs_us = std::move(got.runs_us), .memory_mb = got.memory_mb};
}

void PeerProcess::ask(std::string line) const {
  for (std::string_view left = line; !left.empty();) {
    const ssize_t sent = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // it has gone: answer() says so
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// The next line.
std::string PeerProcess::answer() {
  std::array<char, 65536> part{};
  for (;;) {
    const auto end = received_.find('\n');
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    const ssize_t count = ::recv(socket_, part.data(), part.size(), 0);
    if (count <= 0) {
      throw base::Error(base::Code::kUnavailable,
                        fmt::format("the engine to compare with has ended (what it said is above); `{}` "
                                    "starts it alone",
                                    name_));
    }
    received_.append(part.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace pharos::server
