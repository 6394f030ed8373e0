#include "platform/security/rate_limits.h"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <string_view>
#include <variant>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/security/lru_map.h"
#include "platform/security/sliding_window.h"

namespace pharos::security {
namespace {
using std::chrono::nanoseconds;

constexpr std::size_t kShards = 64;
constexpr std::size_t kMostCharges = 16;

template <class T>
using Few = boost::container::small_vector<T, 8>;

std::string key_of(const Charge& charge) {
  return fmt::format("{}/{}", charge.tier->name, charge.key);
}

}  // namespace

void check_charges(const std::vector<Charge>& charges) {
  const bool too_many = charges.size() > kMostCharges;
  for (std::size_t i = 0; i < charges.size() && !too_many; ++i) {
    const Charge& charge = charges[i];
    const bool is_twice = std::any_of(
        charges.begin(), charges.begin() + static_cast<std::ptrdiff_t>(i), [&](const Charge& before) {
          return before.tier->name == charge.tier->name && before.key == charge.key;
        });
    if (is_twice || charge.cost < 0 || charge.tier->limit < 1 || charge.tier->window.count() < 1) {
      throw base::Error(base::Code::kInternal,
                        fmt::format("the limit '{}' is charged twice in one call, or has no limit or window",
                                    charge.tier->name));
    }
  }
  if (too_many)
    throw base::Error(base::Code::kInternal, "a call is charged to more limits than there can be");
}

/// One key's count in one tier, of the tier's kind.
struct LocalRateLimits::Counter {
  explicit Counter(const Tier& tier) {
    if (tier.kind == Tier::Kind::kSmooth) count = SmoothRate();
  }

  std::int64_t left(const Tier& tier, base::SteadyTime now) {
    if (auto* window = std::get_if<SlidingWindow>(&count)) {
      return std::max<std::int64_t>(0, tier.limit - window->used(now, tier.window));
    }
    return std::get<SmoothRate>(count).left(now, tier.window, tier.limit);
  }
  void add(const Tier& tier, base::SteadyTime now, std::int64_t cost) {
    if (auto* window = std::get_if<SlidingWindow>(&count)) {
      if (cost > 0) window->add(now, tier.window, cost);
    } else {
      std::get<SmoothRate>(count).add(now, tier.window, tier.limit, cost);
    }
  }
  void give_back(const Tier& tier, std::int64_t cost) {
    if (auto* window = std::get_if<SlidingWindow>(&count)) {
      window->give_back(cost);
    } else {
      std::get<SmoothRate>(count).give_back(tier.window, tier.limit, cost);
    }
  }
  nanoseconds wait_for(const Tier& tier, base::SteadyTime now, std::int64_t cost) {
    if (auto* window = std::get_if<SlidingWindow>(&count)) {
      return window->wait_until_used(tier.limit - cost, now, tier.window);
    }
    return std::get<SmoothRate>(count).wait_until_left(cost, now, tier.window, tier.limit);
  }

  std::variant<SlidingWindow, SmoothRate> count;
};

struct LocalRateLimits::Shard {
  explicit Shard(std::size_t capacity) : counters(capacity) {}

  std::mutex mutex;
  LruMap<std::string, Counter, TextHash> counters;
};

/// The counters of a call, while nobody else can count in them.
class LocalRateLimits::Held {
 public:
  Held(const std::vector<std::unique_ptr<Shard>>& shards, const std::vector<Charge>& charges) {
    Few<std::pair<std::size_t, std::string>> places;
    for (const Charge& charge : charges) {
      std::string key = key_of(charge);
      const std::size_t place = TextHash{}(key) % shards.size();
      places.emplace_back(place, std::move(key));
    }
    lock(shards, places);
    for (std::size_t i = 0; i < charges.size(); ++i) {
      auto& counters_here = shards[places[i].first]->counters;
      Counter* there = counters_here.find(places[i].second);
      counters.push_back(there != nullptr
                             ? there
                             : &counters_here.put(std::move(places[i].second), Counter(*charges[i].tier)));
    }
  }

  Few<Counter*> counters;

 private:
  /// In the order of the shards, as every call does, so that no two wait for each other.
  void lock(const std::vector<std::unique_ptr<Shard>>& shards,
            const Few<std::pair<std::size_t, std::string>>& places) {
    Few<std::size_t> order;
    for (const auto& [place, key] : places) order.push_back(place);
    std::ranges::sort(order);
    order.erase(std::ranges::unique(order).begin(), order.end());
    for (const std::size_t place : order) locks_.emplace_back(shards[place]->mutex);
  }

  Few<std::unique_lock<std::mutex>> locks_;
};

std::chrono::nanoseconds LimitVerdict::retry_after() const {
  nanoseconds longest(0);
  for (const TierState& state : tiers) longest = std::max(longest, state.retry_after);
  return longest;
}

LocalRateLimits::LocalRateLimits(const base::Clock& clock, std::size_t most_keys) : clock_(clock) {
  // A shard never forgets a counter of the call that it is counting.
  const std::size_t each = std::max(kMostCharges, most_keys / kShards);
  for (std::size_t i = 0; i < kShards; ++i) shards_.push_back(std::make_unique<Shard>(each));
}

LocalRateLimits::~LocalRateLimits() = default;

LimitVerdict LocalRateLimits::take_now(const std::vector<Charge>& charges) {
  check_charges(charges);
  const Held held(shards_, charges);
  const base::SteadyTime now = clock_.now();
  LimitVerdict verdict;
  verdict.tiers.reserve(charges.size());
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Tier& tier = *charges[i].tier;
    Counter& counter = *held.counters[i];
    verdict.tiers.push_back({.tier = &tier, .remaining = counter.left(tier, now)});
    if (verdict.tiers[i].remaining >= charges[i].cost) continue;
    verdict.allowed = false;
    verdict.tiers[i].retry_after = counter.wait_for(tier, now, charges[i].cost);
  }
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Tier& tier = *charges[i].tier;
    if (verdict.allowed) {
      held.counters[i]->add(tier, now, charges[i].cost);
      verdict.tiers[i].remaining -= charges[i].cost;
    }
    verdict.tiers[i].reset = held.counters[i]->wait_for(tier, now, tier.limit);
  }
  return verdict;
}

base::Task<LimitVerdict> LocalRateLimits::take(std::vector<Charge> charges) {
  co_return take_now(charges);
}

base::Task<void> LocalRateLimits::give_back(std::vector<Charge> charges) {
  check_charges(charges);
  const Held held(shards_, charges);
  for (std::size_t i = 0; i < charges.size(); ++i) {
    held.counters[i]->give_back(*charges[i].tier, charges[i].cost);
  }
  co_return;
}

namespace {

/// Whole seconds, never too few.
std::int64_t seconds_of(nanoseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> limit_headers(const LimitVerdict& verdict) {
  if (verdict.tiers.empty()) return {};
  std::string policy;
  std::string limit;
  for (const TierState& state : verdict.tiers) {
    const char* comma = policy.empty() ? "" : ", ";
    policy += fmt::format("{}\"{}\";q={};w={}", comma, state.tier->name, state.tier->limit,
                          state.tier->window.count());
    limit +=
        fmt::format("{}\"{}\";r={};t={}", comma, state.tier->name, state.remaining, seconds_of(state.reset));
  }
  const TierState& tightest = *std::ranges::min_element(verdict.tiers, {}, &TierState::remaining);
  std::vector<std::pair<std::string, std::string>> headers{
      {"RateLimit-Policy", policy},
      {"RateLimit", limit},
      {"X-RateLimit-Limit", std::to_string(tightest.tier->limit)},
      {"X-RateLimit-Remaining", std::to_string(tightest.remaining)},
      {"X-RateLimit-Reset", std::to_string(seconds_of(tightest.reset))}};
  if (!verdict.allowed) {
    headers.emplace_back("Retry-After",
                         std::to_string(std::max<std::int64_t>(1, seconds_of(verdict.retry_after()))));
  }
  return headers;
}

}  // namespace pharos::security
