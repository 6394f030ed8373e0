#include "platform/storage/redis/private_redis.h"

#include <csignal>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"

namespace pharos::storage::redis {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";
constexpr int kPatienceTries = 1500;
constexpr int kPauseMilliseconds = 10;

bool answers(const std::string& path) {
  sockaddr_un place = {};
  place.sun_family = AF_UNIX;
  path.copy(place.sun_path, sizeof place.sun_path - 1);
  const int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const void* raw = &place;
  const bool is_there = connect(number, static_cast<const sockaddr*>(raw), sizeof place) == 0;
  close(number);
  return is_there;
}

/// One that nobody listens at now.
int free_port() {
  const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place = {};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  void* raw = &place;
  bind(number, static_cast<const sockaddr*>(raw), size);
  getsockname(number, static_cast<sockaddr*>(raw), &size);
  close(number);
  return ntohs(place.sin_port);
}

}  // namespace

PrivateRedis::PrivateRedis(std::vector<std::string> options)
    : options_(std::move(options)), port_(free_port()) {
  if (access(kProgram, X_OK) != 0) {
    throw base::Error(base::Code::kNotFound, "Redis is not installed: apt-get install redis-server");
  }
  start();
}

PrivateRedis::~PrivateRedis() {
  if (pid_ > 0) kill();
}

std::string PrivateRedis::url() const {
  return "unix:" + (folder_.path() / "redis").string();
}

void PrivateRedis::start() {
  const std::string folder = folder_.path().string();
  std::vector<std::string> command{kProgram,
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--unixsocket",
                                   folder + "/redis",
                                   "--dir",
                                   folder,
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--logfile",
                                   folder + "/log"};
  command.insert(command.end(), options_.begin(), options_.end());
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(kProgram, arguments.data());
    _exit(1);
  }
  for (int i = 0; i < kPatienceTries; ++i) {
    if (answers(folder + "/redis")) return;
    poll(nullptr, 0, kPauseMilliseconds);  // another program's start has no event to wait for
  }
  throw base::Error(base::Code::kUnavailable, "redis-server does not start");
}

void PrivateRedis::kill() {
  signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateRedis::pause() {
  signal(SIGSTOP);
}

void PrivateRedis::go_on() {
  signal(SIGCONT);
}

void PrivateRedis::signal(int number) const {
  ::kill(pid_, number);
}

}  // namespace pharos::storage::redis
