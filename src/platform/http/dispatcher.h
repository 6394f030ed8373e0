// A request's way from its head to its answer, without a network: routing, who asks, limits, input, handler,
// errors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/pool.h"
#include "platform/http/message.h"
#include "platform/http/routes.h"

namespace pharos::http {

/// What stands before every handler; thread-safe.
class Gate {
 public:
  virtual ~Gate() = default;
  /// Who asks, or nobody when they do not say. Throws base::Error (kUnauthenticated) when what they say is
  /// not true.
  virtual base::Task<std::optional<security::Caller>> identify(const Request& request) = 0;
  /// Counts the call. Gives header fields for the answer; throws RefusedError (kLimited) when it is one too
  /// many.
  virtual base::Task<Headers> count(const Route& route, const Request& request,
                                    const std::optional<security::Caller>& caller) = 0;
  /// What is held while a stream of events or a WebSocket is open, or nothing. Throws RefusedError (kLimited)
  /// when it is one too many.
  virtual std::shared_ptr<void> hold_stream(const Request& request,
                                            const std::optional<security::Caller>& caller) = 0;
};

/// What has happened to one request; told when its answer is known.
struct Outcome {
  const Request& request;
  const Route* route;  ///< null when there is none
  const std::optional<security::Caller>& caller;
  int status;
  base::Duration time;
  std::exception_ptr failure;  ///< what was thrown, if anything was
};

struct DispatcherSettings {
  std::vector<std::string>
      allowed_origins;  ///< whose pages may call (CORS); `*` alone allows any, without cookies
  UploadSettings uploads;
};

/// Thread-safe. Everything given must outlive it.
class Dispatcher {
 public:
  Dispatcher(const Routes& routes, Gate& gate, base::Clock& clock, base::Pool& disk,
             DispatcherSettings settings);

  /// One request between its two halves.
  struct Call {
    Exchange exchange;
    const Route* route = nullptr;
    base::SteadyTime begun;
    std::optional<Response> early;  ///< the answer, when the body does not matter any more
  };

  /// Everything that can be said before the body is read; `method` is as sent.
  base::Task<void> admit(Call& call, std::string_view method);
  /// After the body was read, or with a reader for a route that takes it as it comes.
  base::Task<Response> answer(Call& call, BodyReader* body);

  /// Completes an answer that was made outside: fields that every answer has, and its outcome told.
  Response finish(Call& call, Response response, const std::exception_ptr& failure = nullptr);

  /// Called with each outcome, on the thread of its connection.
  std::function<void(const Outcome&)> on_outcome;

 private:
  base::Task<void> admit_known(Call& call, std::string_view method);
  /// Where anybody may ask, who shows an old token is nobody: they may be here to get a new one.
  base::Task<std::optional<security::Caller>> caller_of(const Route& route, const Request& request);
  bool is_preflight(const Call& call, std::string_view method) const;
  Response preflight(const Call& call) const;
  bool is_of_our_pages(const Request& request) const;
  void add_origin(const Request& request, Response& response) const;
  bool allows_origin(std::string_view origin) const;

  const Routes& routes_;
  Gate& gate_;
  base::Clock& clock_;
  base::Pool& disk_;
  DispatcherSettings settings_;
};

}  // namespace pharos::http
