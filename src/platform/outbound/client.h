// Asking others' servers: the one way out of Pharos.
#pragma once

#include <functional>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/outbound/engine.h"
#include "platform/outbound/guard.h"
#include "platform/outbound/message.h"
#include "platform/outbound/resolver.h"
#include "platform/outbound/upstreams.h"

namespace pharos::outbound {

struct ClientSettings {
  GuardSettings guard = {};
  EngineSettings engine = {};
  UpstreamSettings upstreams = {};
  base::Duration dns = std::chrono::seconds(2);
  base::Duration total = std::chrono::seconds(30);        ///< where the request's own deadline is not sooner
  int attempts = 3;                                       ///< of what may be asked again
  base::Duration longest_wait = std::chrono::seconds(8);  ///< between them
};

/// What a client works with. All must outlive it.
struct ClientParts {
  base::Clock& clock;
  Resolver& resolver;
  std::function<double()> random = {};  ///< in [0, 1); the machine's when there is none
};

/// Thread-safe. Whatever a user names may be handed to it: it calls what is on the internet, and what the
/// settings name besides.
class Client {
 public:
  Client(ClientParts parts, ClientSettings settings);

  /// Any status is an answer. Resumes the caller on its own executor; a cancelled one's connection is closed.
  /// Throws base::Error: kInvalidInput for what is no request, kForbidden for where nobody may be sent,
  /// kUnavailable when there is no answer, kTimeout when there is none in time, kTooLarge when it does not
  /// end.
  base::Task<Response> send(Request request);

 private:
  /// One step of a chain of redirects.
  struct Hop {
    Url url;
    std::string method;
    Headers headers;
    std::string body;
    bool may_repeat = false;
  };
  /// An answer, or the failure to get one.
  struct Outcome {
    std::optional<Response> response;
    std::exception_ptr failure;
    bool may_pass = false;  ///< trying again may help
  };

  base::Task<Response> ask(Hop hop, base::Deadline deadline);
  base::Task<Outcome> ask_once(Hop hop, base::Deadline deadline);
  base::Task<Response> exchange(Hop hop, base::Deadline deadline);
  base::Task<std::vector<boost::asio::ip::address>> resolve(std::string host, base::Deadline deadline);
  static Hop follow(const Hop& hop, const Response& response);
  base::Duration wait_before(int attempt, const Outcome& outcome) const;

  ClientParts parts_;
  ClientSettings settings_;
  Guard guard_;
  Upstreams upstreams_;
  Engine engine_;
};

}  // namespace pharos::outbound
