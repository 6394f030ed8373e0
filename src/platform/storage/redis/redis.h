// Redis, for what replicas share and may lose: limits, streams to many, caches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/base/clock.h"
#include "core/base/task.h"
#include "platform/storage/redis/address.h"
#include "platform/storage/redis/resp.h"

namespace pharos::storage {

struct RedisSettings {
  std::string url;  ///< `redis://[[user]:password@]host[:port][/database]` or `unix:[user:password@]PATH`
  base::Duration connect_limit = std::chrono::milliseconds(100);
  base::Duration command_limit = std::chrono::milliseconds(50);
  int failures_to_open = 3;                                       ///< in a row, then nobody asks
  base::Duration pause_between_probes = std::chrono::seconds(1);  ///< but one, this often
};

using RedisReply = redis::Reply;
using RedisCommand = std::vector<std::string>;

/// A script in Lua with the name that Redis knows it by.
class RedisScript {
 public:
  explicit RedisScript(std::string text);

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }  ///< SHA-1 of the text

 private:
  std::string text_;
  std::string name_;
};

/// Thread-safe. One connection, on which everybody's commands follow each other without waiting for answers.
/// A Redis that is away costs the callers little: after three failures in a row they are told at once, and
/// one of them tries each second. The executor's context and the clock must outlive it.
///
/// Throws base::Error: kUnavailable when Redis does not answer in time, is not asked, or has no memory left
/// (the command may have been carried out); kInternal when it refuses the command.
class Redis {
 public:
  /// Connects when first asked. Throws base::Error (kInvalidInput) when the URL is none.
  Redis(RedisSettings settings, const boost::asio::any_io_executor& executor, base::Clock& clock);
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  base::Task<RedisReply> ask(RedisCommand command);
  /// All in one go, answered in their order. A refusal is thrown when all are answered.
  base::Task<std::vector<RedisReply>> ask_all(std::vector<RedisCommand> commands);
  /// Runs a script, which is sent whole only to a Redis that does not know it.
  base::Task<RedisReply> run(const RedisScript& script, std::vector<std::string> keys,
                             std::vector<std::string> arguments);

  /// False while nobody asks but a probe.
  bool is_reachable() const;

 private:
  struct Core;

  base::Task<std::vector<RedisReply>> exchange(std::vector<RedisCommand> commands);

  std::shared_ptr<Core> core_;
};

}  // namespace pharos::storage
