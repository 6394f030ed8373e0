#include "platform/storage/tests/support_postgres.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "platform/storage/postgres/connection.h"

namespace pharos::storage::testing_support {
namespace {

std::string program(const std::string& name) {
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql")) {
    const auto file = version.path() / "bin" / name;
    if (std::filesystem::exists(file)) return file.string();
  }
  throw std::runtime_error("PostgreSQL is not installed: apt-get install postgresql");
}

void wait_for(pid_t pid, const std::string& what) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) throw std::runtime_error(what + " failed");
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  if (geteuid() == 0) {  // the server refuses to run as root
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("there is no user 'postgres': apt-get install postgresql");
    }
  }
  const std::string data = (folder_.path() / "data").string();
  wait_for(launch({program("initdb"), "-D", data, "-U", "pharos", "--auth=trust", "-E", "UTF8",
                   "--locale=C.UTF-8", "--no-sync"}),
           "initdb");
  start();
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) crash();
}

/// As the user `postgres` when root, and gone when this program is.
pid_t PostgresServer::launch(const std::vector<std::string>& command) const {
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

void PostgresServer::start() {
  pid_ = launch({program("postgres"), "-D", (folder_.path() / "data").string(), "-k", folder_.path().string(),
                 "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c",
                 "max_connections=50"});
  const std::string where = url("postgres");
  for (int i = 0; PQping(where.c_str()) != PQPING_OK; ++i) {
    int status = 0;
    if (i > 1500 || waitpid(pid_, &status, WNOHANG) != 0) {
      throw std::runtime_error("PostgreSQL does not start");
    }
    poll(nullptr, 0, 20);  // a child's start has no event to wait for
  }
}

void PostgresServer::crash() {
  kill(pid_, SIGQUIT);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PostgresServer::make_database() {
  const std::string name = fmt::format("test{}", ++databases_);
  postgres::Connection(url("postgres")).execute("CREATE DATABASE " + name);
  return url(name);
}

std::string PostgresServer::url(const std::string& database) const {
  return fmt::format("host={} user=pharos dbname={}", folder_.path().string(), database);
}

}  // namespace pharos::storage::testing_support
