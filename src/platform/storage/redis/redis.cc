#include "platform/storage/redis/redis.h"

#include <array>
#include <atomic>
#include <deque>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/base/elsewhere.h"
#include "core/base/error.h"
#include "platform/storage/redis/link.h"
#include "platform/storage/redis/signal.h"

namespace pharos::storage {
namespace {

namespace asio = boost::asio;
using redis::Link;
using redis::Refusal;
using redis::Signal;
using Replies = std::vector<RedisReply>;

/// Commands that were sent and are not all answered yet.
struct Pending {
  Pending(const asio::any_io_executor& strand, std::size_t wanted) : missing(wanted), ended(strand) {}

  std::size_t missing;
  Replies replies;
  std::string failure;
  Signal ended;
};

base::Error unavailable(const std::string& why) {
  return {base::Code::kUnavailable, why};
}

/// A Redis that has no memory left, is loading its data or is a copy of another may take the command later.
bool may_pass(std::string_view why) {
  constexpr std::array<std::string_view, 7> kPassing{"OOM",      "LOADING", "READONLY", "MASTERDOWN",
                                                     "TRYAGAIN", "BUSY",    "MISCONF"};
  for (const std::string_view kind : kPassing) {
    if (why.starts_with(kind)) return true;
  }
  return false;
}

void throw_refusals(const Replies& replies) {
  for (const RedisReply& reply : replies) {
    const auto* refusal = std::get_if<Refusal>(&reply.content);
    if (refusal == nullptr) continue;
    throw base::Error(may_pass(refusal->why) ? base::Code::kUnavailable : base::Code::kInternal,
                      fmt::format("Redis: {}", refusal->why));
  }
}

}  // namespace

/// Lives on its strand.
struct Redis::Core : std::enable_shared_from_this<Core> {
  Core(RedisSettings given, const asio::any_io_executor& executor, base::Clock& the_clock)
      : settings(std::move(given)),
        address(redis::parse_address(settings.url)),
        strand(asio::make_strand(executor)),
        clock(the_clock),
        connected(strand) {}

  static base::Task<Replies> exchange(std::shared_ptr<Core> self, std::vector<RedisCommand> commands);

  base::Task<std::shared_ptr<Link>> link_to_use();
  base::Task<std::shared_ptr<Link>> connect();
  base::Task<Replies> answers(std::shared_ptr<Link> to, const std::vector<RedisCommand>& commands);
  void take(RedisReply reply);
  void fail_all(const std::string& why);
  void check_reachable();
  void note_failure();
  void note_success();

  const RedisSettings settings;
  const redis::Address address;
  const asio::any_io_executor strand;
  base::Clock& clock;

  std::shared_ptr<Link> link;
  std::deque<std::shared_ptr<Pending>> pending;  ///< in the order in which they were sent
  bool is_connecting = false;
  Signal connected;  ///< or not, after a try

  int failures = 0;
  bool is_probing = false;
  base::SteadyTime next_probe;
  std::atomic<bool> is_reachable = true;
};

void Redis::Core::check_reachable() {
  if (failures < settings.failures_to_open) return;
  if (is_probing || clock.now() < next_probe) {
    throw unavailable(fmt::format("Redis at {} has failed {} times and is left alone for a while",
                                  address.describe(), failures));
  }
  is_probing = true;
}

void Redis::Core::note_success() {
  failures = 0;
  is_probing = false;
  is_reachable = true;
}

void Redis::Core::note_failure() {
  is_probing = false;
  if (++failures < settings.failures_to_open) return;
  is_reachable = false;
  next_probe = clock.now() + settings.pause_between_probes;
  if (const auto open = link) open->close("it did not answer in time");
}

base::Task<Replies> Redis::Core::exchange(std::shared_ptr<Core> self, std::vector<RedisCommand> commands) {
  self->check_reachable();
  try {
    const std::shared_ptr<Link> to = co_await self->link_to_use();
    Replies replies = co_await self->answers(to, commands);
    self->note_success();
    co_return replies;
  } catch (const base::Error&) {
    self->note_failure();
    throw;
  } catch (...) {
    self->is_probing = false;  // the caller has given up: nothing is known about Redis
    throw;
  }
}

/// Whoever comes while another connects waits for the same connection.
base::Task<std::shared_ptr<Link>> Redis::Core::link_to_use() {
  if (is_connecting) co_await connected.wait();
  if (link && !link->is_closed()) co_return link;
  if (is_connecting) throw unavailable(fmt::format("Redis at {} cannot be reached", address.describe()));
  co_return co_await connect();
}

base::Task<std::shared_ptr<Link>> Redis::Core::connect() {
  struct Guard {
    Core& core;
    explicit Guard(Core& of) : core(of) { core.is_connecting = true; }
    ~Guard() {
      core.is_connecting = false;
      core.connected.raise();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
  };
  const Guard guard(*this);
  const std::shared_ptr<Link> opened = co_await Link::open(address, clock, settings.connect_limit);
  const std::weak_ptr<Core> weak = weak_from_this();
  opened->start(
      [weak](RedisReply reply) {
        if (const auto self = weak.lock()) self->take(std::move(reply));
      },
      [weak](const std::string& why) {
        if (const auto self = weak.lock()) self->fail_all(why);
      });
  try {
    const std::vector<RedisCommand> first = address.greetings();
    if (!first.empty()) throw_refusals(co_await answers(opened, first));
  } catch (...) {
    opened->close("it does not let Pharos in");
    throw;
  }
  link = opened;
  co_return opened;
}

base::Task<Replies> Redis::Core::answers(std::shared_ptr<Link> to,
                                         const std::vector<RedisCommand>& commands) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT: what they are for
  const auto mine = std::make_shared<Pending>(strand, commands.size());
  pending.push_back(mine);
  for (const RedisCommand& command : commands) to->send(redis::write_command(command));
  co_await (mine->ended.wait() || clock.sleep_until(clock.now() + settings.command_limit));
  if (!mine->failure.empty()) throw unavailable(mine->failure);
  if (mine->missing > 0) {  // its answers are still taken when they come, and belong to nobody
    throw unavailable(fmt::format("Redis at {} has not answered in time", address.describe()));
  }
  co_return std::move(mine->replies);
}

void Redis::Core::take(RedisReply reply) {
  if (pending.empty()) return;
  const std::shared_ptr<Pending> first = pending.front();
  first->replies.push_back(std::move(reply));
  if (--first->missing > 0) return;
  pending.pop_front();
  first->ended.raise();
}

void Redis::Core::fail_all(const std::string& why) {
  link.reset();
  for (const auto& waiting : std::exchange(pending, {})) {
    waiting->failure = fmt::format("Redis at {}: {}", address.describe(), why);
    waiting->ended.raise();
  }
}

Redis::Redis(RedisSettings settings, const asio::any_io_executor& executor, base::Clock& clock)
    : core_(std::make_shared<Core>(std::move(settings), executor, clock)) {}

Redis::~Redis() {
  asio::post(core_->strand, [core = core_] {
    if (core->link) core->link->close("the program ends");
  });
}

bool Redis::is_reachable() const {
  return core_->is_reachable;
}

/// On the strand and back.
base::Task<Replies> Redis::exchange(std::vector<RedisCommand> commands) {
  const std::shared_ptr<Core> core = core_;
  co_return co_await base::run_elsewhere(core->strand, Core::exchange(core, std::move(commands)));
}

base::Task<Replies> Redis::ask_all(std::vector<RedisCommand> commands) {
  if (commands.empty()) co_return Replies{};
  Replies replies = co_await exchange(std::move(commands));
  throw_refusals(replies);
  co_return replies;
}

base::Task<RedisReply> Redis::ask(RedisCommand command) {
  Replies replies = co_await ask_all({std::move(command)});
  co_return std::move(replies.front());
}

base::Task<RedisReply> Redis::run(const RedisScript& script, std::vector<std::string> keys,
                                  std::vector<std::string> arguments) {
  RedisCommand command{"EVALSHA", script.name(), std::to_string(keys.size())};
  std::ranges::move(keys, std::back_inserter(command));
  std::ranges::move(arguments, std::back_inserter(command));
  Replies replies = co_await exchange({command});
  const auto* refusal = std::get_if<Refusal>(&replies.front().content);
  if (refusal != nullptr && refusal->why.starts_with("NOSCRIPT")) {
    command[0] = "EVAL";
    command[1] = script.text();
    replies = co_await exchange({command});
  }
  throw_refusals(replies);
  co_return std::move(replies.front());
}

RedisScript::RedisScript(std::string text) : text_(std::move(text)) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text_.data(), text_.size(), digest.data(), &size, EVP_sha1(), nullptr);
  for (unsigned i = 0; i < size; ++i) name_ += fmt::format("{:02x}", digest[i]);
}

}  // namespace pharos::storage
