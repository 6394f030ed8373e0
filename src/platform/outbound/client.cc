#include "platform/outbound/client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <random>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::outbound {
namespace {

namespace ip = boost::asio::ip;
using base::Code;
using base::Error;
using namespace boost::asio::experimental::awaitable_operators;

constexpr int kMostRedirects = 3;
constexpr std::chrono::milliseconds kFirstWait{500};

double machine_random() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

constexpr int kTooMany = 429;

/// Nobody behind the proxy, or nobody who can.
bool is_out_of_order(int status) {
  return status == 502 || status == 503 || status == 504;
}

/// A number of seconds, as programs send it; a date is not waited for.
std::optional<std::chrono::seconds> retry_after(const Headers& headers) {
  const auto text = find_header(headers, "retry-after");
  if (!text) return std::nullopt;
  int seconds = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (failure != std::errc{} || end != text->data() + text->size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

/// What says nothing about who asks: all that goes on to another origin.
Headers without_secrets(const Headers& headers) {
  constexpr std::array<std::string_view, 4> kHarmless{"accept", "accept-language", "content-type",
                                                      "user-agent"};
  Headers kept;
  for (const std::string_view name : kHarmless) {
    if (const auto value = find_header(headers, name)) kept.emplace_back(name, *value);
  }
  return kept;
}

Headers without_body(Headers headers) {
  std::erase_if(headers, [](const auto& each) { return find_header({each}, "content-type").has_value(); });
  return headers;
}

}  // namespace

Client::Client(ClientParts parts, ClientSettings settings)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      guard_(settings_.guard),
      upstreams_(parts_.clock, settings_.upstreams),
      engine_(guard_, settings_.engine) {
  if (!parts_.random) parts_.random = machine_random;
}

base::Task<Response> Client::send(Request request) {
  check_message(request);
  const base::Deadline deadline = request.deadline.sooner(base::Deadline::in(parts_.clock, settings_.total));
  const int redirects = std::min(request.redirects, kMostRedirects);
  Hop hop{.url = Url::parse(request.url),
          .method = request.method,
          .headers = std::move(request.headers),
          .body = std::move(request.body),
          .may_repeat = request.may_repeat || is_idempotent(request.method)};
  for (int followed = 0;; ++followed) {
    Response response = co_await ask(hop, deadline);
    if (redirects == 0 || !is_redirect(response.status) || !find_header(response.headers, "location")) {
      co_return response;
    }
    if (followed == redirects) {
      throw Error(Code::kUnavailable,
                  fmt::format("'{}' sends on more than {} times", hop.url.host(), redirects));
    }
    hop = follow(hop, response);
  }
}

Client::Hop Client::follow(const Hop& hop, const Response& response) {
  Hop next = hop;
  next.url = hop.url.resolve(std::string(find_header(response.headers, "location").value()));
  if (hop.url.is_https() && !next.url.is_https()) {
    throw Error(Code::kForbidden, fmt::format("'{}' sends on from https to http", hop.url.host()));
  }
  const bool was_post = (response.status == 301 || response.status == 302) && hop.method == "POST";
  if (was_post || (response.status == 303 && hop.method != "HEAD")) {
    next.method = "GET";
    next.body.clear();
    next.headers = without_body(std::move(next.headers));
    next.may_repeat = true;
  }
  if (next.url.origin() != hop.url.origin()) next.headers = without_secrets(next.headers);
  return next;
}

/// As often as it may be asked, as long as there is time.
base::Task<Response> Client::ask(Hop hop, base::Deadline deadline) {
  const std::string origin = hop.url.origin();
  for (int attempt = 1;; ++attempt) {
    Outcome outcome = co_await ask_once(hop, deadline);
    const base::SteadyTime next = parts_.clock.now() + wait_before(attempt, outcome);
    const bool again = outcome.may_pass && hop.may_repeat && attempt < settings_.attempts &&
                       next < deadline.when() && upstreams_.may_repeat(origin);
    if (!again && outcome.failure) std::rethrow_exception(outcome.failure);
    if (!again) co_return *std::move(outcome.response);
    co_await parts_.clock.sleep_until(next);
  }
}

/// By chance between nothing and what doubles each time, so that not all who failed come back together; not
/// sooner than was asked for.
base::Duration Client::wait_before(int attempt, const Outcome& outcome) const {
  const base::Duration most =
      std::min<base::Duration>(kFirstWait * (1 << std::min(attempt, 10)), settings_.longest_wait);
  const auto chosen = std::chrono::duration_cast<base::Duration>(most * parts_.random());
  if (!outcome.response) return chosen;
  return std::max<base::Duration>(retry_after(outcome.response->headers).value_or(std::chrono::seconds(0)),
                                  chosen);
}

base::Task<Client::Outcome> Client::ask_once(Hop hop, base::Deadline deadline) {
  Outcome outcome;
  Upstreams::Call call = upstreams_.begin(hop.url.origin());
  try {
    outcome.response = co_await exchange(std::move(hop), deadline);
    const int status = outcome.response->status;
    outcome.may_pass = status == kTooMany || is_out_of_order(status);
    is_out_of_order(status) ? call.failed() : call.succeeded();
  } catch (const Error& error) {
    outcome.failure = std::current_exception();
    outcome.may_pass = error.code() == Code::kUnavailable || error.code() == Code::kTimeout;
    if (outcome.may_pass) call.failed();
  }
  co_return outcome;
}

base::Task<Response> Client::exchange(Hop hop, base::Deadline deadline) {
  std::vector<ip::address> addresses = co_await resolve(hop.url.host(), deadline);
  guard_.check(hop.url, addresses);
  const base::Duration left = deadline.when() - parts_.clock.now();
  if (left <= base::Duration::zero()) {
    throw Error(Code::kTimeout, fmt::format("there is no time left to ask '{}'", hop.url.host()));
  }
  co_return co_await engine_.exchange({.url = std::move(hop.url),
                                       .addresses = std::move(addresses),
                                       .method = std::move(hop.method),
                                       .headers = std::move(hop.headers),
                                       .body = std::move(hop.body),
                                       .limit = left,
                                       .may_repeat = hop.may_repeat});
}

base::Task<std::vector<ip::address>> Client::resolve(std::string host, base::Deadline deadline) {
  boost::system::error_code is_name;
  const ip::address literal = ip::make_address(host, is_name);
  if (!is_name) co_return std::vector{literal};
  const base::Deadline until = deadline.sooner(base::Deadline::in(parts_.clock, settings_.dns));
  auto found = co_await (parts_.resolver.resolve(host) || parts_.clock.sleep_until(until.when()));
  if (found.index() == 1) {
    throw Error(Code::kTimeout, fmt::format("nobody says in time which address '{}' has", host));
  }
  co_return std::get<0>(std::move(found));
}

}  // namespace pharos::outbound
