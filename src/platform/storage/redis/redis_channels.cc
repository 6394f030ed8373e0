#include "platform/storage/redis/redis_channels.h"

#include <unordered_map>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/base/elsewhere.h"
#include "core/base/error.h"
#include "platform/storage/heard.h"
#include "platform/storage/redis/link.h"
#include "platform/storage/redis/signal.h"

namespace pharos::storage {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;  // NOLINT: what they are for
using redis::Link;
using redis::Signal;

/// A connection that carries nothing for so long is asked whether it is alive, and after as long again is
/// not.
constexpr auto kSilence = std::chrono::seconds(5);

struct Channel {
  std::vector<std::weak_ptr<Heard>> listeners;
  bool is_heard = false;
  bool is_missed = false;  ///< messages may have come that were not heard
  int unanswered = 0;      ///< wishes to hear it that Redis has not answered yet

  void lose() const {
    for (const auto& weak : listeners) {
      if (const auto heard = weak.lock()) heard->lose();
    }
  }
};

}  // namespace

/// Lives on its strand.
struct RedisChannels::Core : std::enable_shared_from_this<Core> {
  Core(RedisSettings given, const asio::any_io_executor& executor, base::Clock& the_clock)
      : settings(std::move(given)),
        address(redis::parse_address(settings.url)),
        strand(asio::make_strand(executor)),
        clock(the_clock),
        changed(strand) {}

  static base::Task<std::shared_ptr<Heard>> listen(std::shared_ptr<Core> self, std::string name);
  static base::Task<void> keep(std::shared_ptr<Core> self);

  base::Task<void> until_heard(std::string name);
  base::Task<void> connect();
  base::Task<void> watch();
  base::Task<void> pause();
  void wish(const std::string& name, Channel& channel);
  void leave(const std::string& name);
  void take(const RedisReply& reply);
  void lose_all();
  void send(const RedisCommand& command) const {
    if (link) link->send(redis::write_command(command));
  }

  const RedisSettings settings;
  const redis::Address address;
  const asio::any_io_executor strand;
  base::Clock& clock;

  std::shared_ptr<Link> link;
  std::unordered_map<std::string, Channel> channels;
  Signal changed;  ///< what is heard, the link, or the wish to stop
  bool is_kept = false;
  bool is_stopped = false;
  bool has_heard = false;  ///< anything since it was asked whether it is alive
};

base::Task<std::shared_ptr<Heard>> RedisChannels::Core::listen(std::shared_ptr<Core> self, std::string name) {
  auto heard = std::make_shared<Heard>();
  Channel& channel = self->channels[name];
  channel.listeners.push_back(heard);
  if (!channel.is_heard) self->wish(name, channel);
  if (!std::exchange(self->is_kept, true)) asio::co_spawn(self->strand, keep(self), asio::detached);
  try {
    co_await self->until_heard(name);
  } catch (...) {
    heard.reset();
    self->leave(name);
    throw;
  }
  co_return heard;
}

/// Or until Redis has had its time: listeners are told later then. They keep the channel in the map.
base::Task<void> RedisChannels::Core::until_heard(std::string name) {
  const base::SteadyTime give_up = clock.now() + settings.connect_limit + settings.command_limit;
  while (!channels[name].is_heard && clock.now() < give_up) {
    co_await (changed.wait() || clock.sleep_until(give_up));
  }
  if (!channels[name].is_heard) channels[name].is_missed = true;
}

void RedisChannels::Core::wish(const std::string& name, Channel& channel) {
  if (!link) return;
  ++channel.unanswered;
  send({"SUBSCRIBE", name});
}

/// Somebody has stopped listening.
void RedisChannels::Core::leave(const std::string& name) {
  const auto found = channels.find(name);
  if (found == channels.end()) return;
  Channel& channel = found->second;
  std::erase_if(channel.listeners, [](const auto& heard) { return heard.expired(); });
  if (!channel.listeners.empty()) return;
  if (!link) {
    channels.erase(found);
    return;
  }
  channel.is_heard = false;
  send({"UNSUBSCRIBE", name});
}

/// `message NAME TEXT`, `subscribe NAME COUNT`, `unsubscribe NAME COUNT`, `pong`.
void RedisChannels::Core::take(const RedisReply& reply) {
  has_heard = true;
  if (std::holds_alternative<redis::Refusal>(reply.content)) {
    link->close("it does not let Pharos in");
    return;
  }
  const auto* items = std::get_if<RedisReply::Items>(&reply.content);
  if (items == nullptr || items->size() < 3) return;
  const std::string& kind = items->at(0).text();
  const auto found = channels.find(items->at(1).text());
  if (found == channels.end()) return;
  Channel& channel = found->second;
  if (kind == "message") {
    for (const auto& weak : channel.listeners) {
      if (const auto heard = weak.lock()) heard->put(items->at(2).text());
    }
  } else if (kind == "subscribe") {
    channel.is_heard = --channel.unanswered == 0;
    if (channel.is_heard && std::exchange(channel.is_missed, false)) channel.lose();
    changed.raise();
  } else if (kind == "unsubscribe") {
    channel.is_heard = false;
    if (channel.listeners.empty() && channel.unanswered == 0) channels.erase(found);
  }
}

void RedisChannels::Core::lose_all() {
  link.reset();
  for (auto& [name, channel] : channels) {
    channel.is_heard = false;
    channel.is_missed = true;
    channel.unanswered = 0;
    channel.lose();
  }
  std::erase_if(channels, [](const auto& entry) { return entry.second.listeners.empty(); });
  changed.raise();
}

/// Has a connection whenever there can be one.
base::Task<void> RedisChannels::Core::keep(std::shared_ptr<Core> self) {
  while (!self->is_stopped) {
    try {
      co_await self->connect();
      co_await self->watch();
    } catch (const base::Error&) {
      // It is tried again.
    }
    co_await self->pause();
  }
  if (const auto open = self->link) open->close("the program ends");
}

base::Task<void> RedisChannels::Core::connect() {
  const std::shared_ptr<Link> opened = co_await Link::open(address, clock, settings.connect_limit);
  const std::weak_ptr<Core> weak = weak_from_this();
  link = opened;
  opened->start(
      [weak](const RedisReply& reply) {
        if (const auto self = weak.lock()) self->take(reply);
      },
      [weak](const std::string&) {
        if (const auto self = weak.lock()) self->lose_all();
      });
  for (const RedisCommand& command : address.greetings()) send(command);
  for (auto& [name, channel] : channels) wish(name, channel);
}

base::Task<void> RedisChannels::Core::watch() {
  base::SteadyTime next_look = clock.now() + kSilence;
  has_heard = true;
  while (link && !is_stopped) {
    co_await (changed.wait() || clock.sleep_until(next_look));
    if (clock.now() < next_look) continue;
    next_look = clock.now() + kSilence;
    const bool is_alive = std::exchange(has_heard, false);
    if (is_alive) {
      send({"PING"});
    } else if (const auto open = link) {
      open->close("it is silent");
    }
  }
}

base::Task<void> RedisChannels::Core::pause() {
  const base::SteadyTime until = clock.now() + settings.pause_between_probes;
  while (!is_stopped && clock.now() < until) co_await (changed.wait() || clock.sleep_until(until));
}

namespace {

template <class Core>
class RedisListener final : public Listener {
 public:
  RedisListener(std::shared_ptr<Core> core, std::string channel, std::shared_ptr<Heard> heard)
      : core_(std::move(core)), channel_(std::move(channel)), heard_(std::move(heard)) {}
  ~RedisListener() override {
    heard_.reset();
    asio::post(core_->strand, [core = core_, channel = std::move(channel_)] { core->leave(channel); });
  }
  RedisListener(const RedisListener&) = delete;
  RedisListener& operator=(const RedisListener&) = delete;

  base::Task<std::optional<std::string>> next() override { return heard_->next(); }

 private:
  std::shared_ptr<Core> core_;
  std::string channel_;
  std::shared_ptr<Heard> heard_;
};

}  // namespace

RedisChannels::RedisChannels(RedisSettings settings, Redis& redis, const asio::any_io_executor& executor,
                             base::Clock& clock)
    : redis_(redis), core_(std::make_shared<Core>(std::move(settings), executor, clock)) {}

RedisChannels::~RedisChannels() {
  asio::post(core_->strand, [core = core_] {
    core->is_stopped = true;
    core->changed.raise();
  });
}

base::Task<void> RedisChannels::publish(std::string channel, std::string message) {
  RedisCommand command{"PUBLISH", std::move(channel), std::move(message)};
  co_await redis_.ask(std::move(command));
}

base::Task<std::unique_ptr<Listener>> RedisChannels::listen(std::string channel) {
  const std::shared_ptr<Core> core = core_;
  auto heard = co_await base::run_elsewhere(core->strand, Core::listen(core, channel));
  co_return std::make_unique<RedisListener<Core>>(core, std::move(channel), std::move(heard));
}

}  // namespace pharos::storage
