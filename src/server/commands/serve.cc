// `pharos serve` and `pharos worker`: until they are asked to stop.
#include <chrono>

#include <fmt/format.h>
#include <signal.h>

#include "server/commands/commands.h"
#include "server/service.h"
#include "server/version.h"

namespace pharos::server {
namespace {

/// Blocked in every thread that is started from now on, so that one thread can wait for them.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int received = 0;
    ::sigwait(&signals_, &received);
  }

 private:
  sigset_t signals_;
};

}  // namespace

int serve(Composition& parts, const Console& console, const ServeOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  const StopSignals signals;
  Service service(parts);
  service.listen();
  const std::optional<DemoLogin> demo = service.prepare_accounts();
  service.start();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  console.print(
      fmt::format("Pharos {} serves on {} (ready in {} ms)\n", kVersion, service.address(), took.count()));
  console.print(fmt::format("  API      {}/docs\n", service.address()));
  console.print(fmt::format("  data     {}\n", parts.settings().data.string()));
  if (demo) console.print(fmt::format("  login    {}  {}\n", demo->email, demo->password));
  if (const auto token = Service::wait(service.people().first_admin_link())) {
    console.print(fmt::format("  set up   nobody runs this server yet: POST {}/api/v1/setup with token {}\n",
                              service.address(), *token));
  }
  console.print("Stop with Ctrl-C.\n");
  if (demo && options.sample) service.analyze_sample(*demo);
  signals.wait();
  console.note("\nstopping: requests under way may end\n");
  service.stop(std::chrono::seconds(20));
  return 0;
}

int work(Composition& parts, const Console& console) {
  const StopSignals signals;
  Service service(parts);
  service.start();
  console.print(fmt::format("Pharos {} works off the queue\nStop with Ctrl-C.\n", kVersion));
  signals.wait();
  console.note("\nstopping: jobs under way may end\n");
  service.stop(std::chrono::seconds(20));
  return 0;
}

}  // namespace pharos::server
