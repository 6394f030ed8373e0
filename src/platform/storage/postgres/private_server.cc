#include "platform/storage/postgres/private_server.h"

#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "platform/storage/postgres/connection.h"

namespace pharos::storage::postgres {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql";
constexpr int kPatienceTries = 1500;
constexpr int kPauseMilliseconds = 20;

[[noreturn]] void throw_not_installed(const std::string& what) {
  throw base::Error(base::Code::kNotFound, what + ": apt-get install postgresql");
}

std::string program(const std::string& name) {
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator(kPrograms, ignored)) {
    const auto file = version.path() / "bin" / name;
    if (std::filesystem::exists(file)) return file.string();
  }
  throw_not_installed("PostgreSQL is not installed");
}

}  // namespace

PrivateServer::PrivateServer(Disk disk) : disk_(disk) {
  const std::string initdb = program("initdb");
  if (geteuid() == 0) {  // the server refuses to run as root
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw_not_installed("there is no user 'postgres' to run PostgreSQL");
    }
  }
  const std::string data = (folder_.path() / "data").string();
  const pid_t pid = launch(
      {initdb, "-D", data, "-U", "pharos", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"});
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) {
    throw base::Error(base::Code::kUnavailable, fmt::format("{} failed", initdb));
  }
  start();
}

PrivateServer::~PrivateServer() {
  if (pid_ > 0) crash();
}

/// As the user `postgres` when root, and gone when this program is.
pid_t PrivateServer::launch(const std::vector<std::string>& command) const {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  const std::string log = (folder_.path() / "log").string();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  if (user != nullptr &&
      (initgroups("postgres", user->pw_gid) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(1);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (chdir("/") == 0) execv(arguments[0], arguments.data());
  _exit(1);
}

/// After a postmaster's violent end the others need a moment before another one may begin.
void PrivateServer::start() {
  std::vector<std::string> command{program("postgres"),
                                   "-D",
                                   (folder_.path() / "data").string(),
                                   "-k",
                                   folder_.path().string(),
                                   "-c",
                                   "listen_addresses=",
                                   "-c",
                                   "max_connections=50"};
  if (disk_ == Disk::kCareless) {
    command.insert(command.end(), {"-c", "fsync=off", "-c", "shared_buffers=16MB"});
  }
  const std::string where = url("postgres");
  pid_ = launch(command);
  for (int i = 0; i < kPatienceTries; ++i) {
    if (PQping(where.c_str()) == PQPING_OK) return;
    poll(nullptr, 0, kPauseMilliseconds);  // another program's start has no event to wait for
    if (waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = launch(command);
  }
  throw base::Error(base::Code::kUnavailable, fmt::format("{} does not start", command[0]));
}

void PrivateServer::end_with(int signal) {
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateServer::stop() {
  end_with(SIGINT);
}

void PrivateServer::crash() {
  end_with(SIGQUIT);
}

void PrivateServer::kill_postmaster() {
  end_with(SIGKILL);
}

std::string PrivateServer::make_database() {
  const std::string name = fmt::format("pharos{}", ++databases_);
  Connection(url("postgres")).execute("CREATE DATABASE " + name);
  return url(name);
}

void PrivateServer::drop_database(const std::string& url_of_it) {
  const std::string name = url_of_it.substr(url_of_it.rfind('=') + 1);
  Connection(url("postgres")).execute(fmt::format("DROP DATABASE {} WITH (FORCE)", name));
}

std::string PrivateServer::url(const std::string& database) const {
  return fmt::format("host={} user=pharos dbname={}", folder_.path().string(), database);
}

}  // namespace pharos::storage::postgres
