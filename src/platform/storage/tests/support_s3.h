// A store that speaks S3, by somebody else, of the test's own: in a temporary folder, gone with the program.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/storage/s3/signature.h"
#include "platform/storage/temporary_folder.h"

namespace pharos::storage::testing_support {

/// versitygw over a folder, whose folders are its buckets. Set-up builds it.
class PrivateS3 {
 public:
  static constexpr const char* kBucket = "photos";
  static constexpr const char* kProgram = PHAROS_SOURCE_DIR "/build/go/versitygw";

  PrivateS3() {
    if (access(kProgram, X_OK) != 0) throw std::runtime_error("versitygw is not there: ./test sets it up");
    std::filesystem::create_directory(folder_.path() / kBucket);
    start();
    for (int i = 0; i < 1500 && !answers(); ++i) poll(nullptr, 0, 10);  // its start has no event to wait for
    if (!answers()) throw std::runtime_error("versitygw does not start");
  }
  ~PrivateS3() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  PrivateS3(const PrivateS3&) = delete;
  PrivateS3& operator=(const PrivateS3&) = delete;

  std::string endpoint() const { return fmt::format("http://127.0.0.1:{}", port_); }
  const s3::Keys& keys() const { return keys_; }

 private:
  static sockaddr_in place_of(int port) {
    sockaddr_in place = {};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place.sin_port = htons(static_cast<std::uint16_t>(port));
    return place;
  }
  static int free_port() {
    const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place = place_of(0);
    socklen_t size = sizeof place;
    void* raw = &place;
    bind(number, static_cast<const sockaddr*>(raw), size);
    getsockname(number, static_cast<sockaddr*>(raw), &size);
    close(number);
    return ntohs(place.sin_port);
  }

  void start() {
    std::string listens = fmt::format("127.0.0.1:{}", port_);
    std::string folder = folder_.path().string();
    std::string program = kProgram;
    std::string words[] = {"--port",  listens, "--access", keys_.access_key, "--secret", keys_.secret_key,
                           "--quiet", "posix", folder};
    char* arguments[std::size(words) + 2] = {program.data()};
    for (std::size_t i = 0; i < std::size(words); ++i) arguments[i + 1] = words[i].data();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
      dup2(nowhere, STDOUT_FILENO);
      dup2(nowhere, STDERR_FILENO);
      execv(kProgram, arguments);
      _exit(1);
    }
  }
  bool answers() const {
    const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in place = place_of(port_);
    const void* raw = &place;
    const bool is_there = connect(number, static_cast<const sockaddr*>(raw), sizeof place) == 0;
    close(number);
    return is_there;
  }

  s3::Keys keys_{.access_key = "lamp", .secret_key = "a light in the harbour"};
  TemporaryFolder folder_;
  int port_ = free_port();
  pid_t pid_ = -1;
};

}  // namespace pharos::storage::testing_support
