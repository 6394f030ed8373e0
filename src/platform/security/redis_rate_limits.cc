#include "platform/security/redis_rate_limits.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/base/error.h"

namespace pharos::embedded {
extern const std::string_view rate_limits_lua;
}  // namespace pharos::embedded

namespace pharos::security {
namespace {
using std::chrono::duration_cast;
using std::chrono::microseconds;

const storage::RedisScript& script() {
  static const storage::RedisScript limits{std::string(embedded::rate_limits_lua)};
  return limits;
}

/// The braces put all keys of a call into one slot of a cluster.
std::string key_of(const Charge& charge) {
  return fmt::format("{{pharos:limits}}:{}:{}", charge.tier->name, charge.key);
}

void add_arguments(std::vector<std::string>& arguments, const Charge& charge) {
  const Tier& tier = *charge.tier;
  arguments.emplace_back(tier.kind == Tier::Kind::kHard ? "hard" : "smooth");
  arguments.push_back(std::to_string(tier.limit));
  arguments.push_back(std::to_string(duration_cast<microseconds>(tier.window).count()));
  arguments.push_back(std::to_string(charge.cost));
}

LimitVerdict verdict_of(const storage::RedisReply& reply, const std::vector<Charge>& charges) {
  const storage::RedisReply::Items& numbers = reply.items();
  if (numbers.size() != 1 + 3 * charges.size()) {
    throw base::Error(base::Code::kUnavailable,
                      "Redis' answer about limits has another length than asked for");
  }
  LimitVerdict verdict{.allowed = numbers[0].number() == 1, .tiers = {}};
  for (std::size_t i = 0; i < charges.size(); ++i) {
    verdict.tiers.push_back({.tier = charges[i].tier,
                             .remaining = numbers[1 + 3 * i].number(),
                             .reset = microseconds(numbers[2 + 3 * i].number()),
                             .retry_after = microseconds(numbers[3 + 3 * i].number())});
  }
  return verdict;
}

}  // namespace

RedisRateLimits::RedisRateLimits(storage::Redis& redis, RedisLimitSettings settings, const base::Clock& clock)
    : redis_(redis), settings_(settings), local_(clock) {}

base::Task<storage::RedisReply> RedisRateLimits::run(const char* what, const std::vector<Charge>& charges) {
  std::vector<std::string> keys;
  std::vector<std::string> arguments{what, ""};
  if (settings_.instead_of_redis_time != nullptr) {
    const auto time = settings_.instead_of_redis_time->now().time_since_epoch();
    arguments[1] = std::to_string(duration_cast<microseconds>(time).count());
  }
  for (const Charge& charge : charges) {
    keys.push_back(key_of(charge));
    add_arguments(arguments, charge);
  }
  co_return co_await redis_.run(script(), std::move(keys), std::move(arguments));
}

base::Task<LimitVerdict> RedisRateLimits::take(std::vector<Charge> charges) {
  check_charges(charges);
  try {
    const storage::RedisReply reply = co_await run("take", charges);
    co_return verdict_of(reply, charges);
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kUnavailable) throw;
  }
  co_return co_await take_share(std::move(charges));
}

/// This process' part of each limit, at least one.
std::vector<Tier> RedisRateLimits::shares_of(const std::vector<Charge>& charges) const {
  std::vector<Tier> shares;
  for (const Charge& charge : charges) {
    shares.push_back(*charge.tier);
    shares.back().limit = std::max<std::int64_t>(1, charge.tier->limit / std::max(1, settings_.instances));
  }
  return shares;
}

base::Task<LimitVerdict> RedisRateLimits::take_share(std::vector<Charge> charges) {
  const std::vector<Tier> shares = shares_of(charges);
  std::vector<Charge> shared = charges;
  for (std::size_t i = 0; i < shared.size(); ++i) shared[i].tier = &shares[i];
  LimitVerdict verdict = local_.take_now(shared);
  for (std::size_t i = 0; i < charges.size(); ++i) verdict.tiers[i].tier = charges[i].tier;
  co_return verdict;
}

base::Task<void> RedisRateLimits::give_back(std::vector<Charge> charges) {
  check_charges(charges);
  try {
    co_await run("give", charges);
  } catch (const base::Error& error) {
    // What cannot be given back stays counted: that errs on the safe side.
    if (error.code() != base::Code::kUnavailable) throw;
  }
}

}  // namespace pharos::security
