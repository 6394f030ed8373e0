#include "platform/storage/redis/redis_cache.h"

#include "core/base/error.h"

namespace pharos::storage {

/// Nothing when Redis is away; a command it does not understand is our own mistake and is thrown.
base::Task<RedisReply> RedisCache::ask(RedisCommand command) {
  try {
    co_return co_await redis_.ask(std::move(command));
  } catch (const base::Error& error) {
    if (error.code() != base::Code::kUnavailable) throw;
  }
  co_return RedisReply{nullptr};
}

base::Task<std::optional<std::string>> RedisCache::get(std::string key) {
  RedisCommand command{"GET", prefix_ + key};
  const RedisReply reply = co_await ask(std::move(command));
  if (reply.is_null()) co_return std::nullopt;
  co_return reply.text();
}

base::Task<void> RedisCache::put(std::string key, std::string value, base::Duration time_to_live) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time_to_live).count();
  if (milliseconds <= 0) {
    co_await remove(std::move(key));
    co_return;
  }
  RedisCommand command{"SET", prefix_ + key, std::move(value), "PX", std::to_string(milliseconds)};
  co_await ask(std::move(command));
}

base::Task<void> RedisCache::remove(std::string key) {
  RedisCommand command{"UNLINK", prefix_ + key};
  co_await ask(std::move(command));
}

}  // namespace pharos::storage
