// HTTP/1.1 on sockets: connections, their limits and their end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "platform/http/dispatcher.h"

namespace pharos::http {

/// A certificate and its key, both as PEM files.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct ServerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any that is free
  int threads = 2;
  std::optional<TlsFiles> tls;
  std::vector<std::string> trusted_proxies;  ///< addresses whose X-Forwarded-For and -Proto are believed
  std::size_t max_connections = 20'000;
  base::Duration header_time = std::chrono::seconds(10);
  base::Duration idle_time = std::chrono::seconds(75);    ///< between two requests of a connection
  base::Duration body_time = std::chrono::seconds(10);    ///< for the next 10 KiB of a body, or all the rest
  base::Duration write_time = std::chrono::seconds(30);   ///< for a client to take what was sent
  base::Duration heartbeat = std::chrono::seconds(5);     ///< of a silent event stream
  base::Duration socket_time = std::chrono::seconds(30);  ///< a silent WebSocket is asked at half of it
  bool socket_deflate = false;                            ///< whether WebSockets' messages may be compressed
};

/// Serves from its own threads between start() and stop(). The dispatcher, clock and ids must outlive it.
class Server {
 public:
  /// Binds. Throws base::Error: kInvalidInput when the address or the TLS files are wrong, kUnavailable when
  /// the port is in use or may not be had.
  Server(Dispatcher& dispatcher, base::Ids& ids, ServerSettings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  /// Runs work that has to do with requests but belongs to none; stop() waits for it too. `ended` is told
  /// what it threw.
  void spawn(base::Task<void> work, std::function<void(std::exception_ptr)> ended);
  /// Takes no more requests, waits up to `patience` for what is under way, then cancels what is left and
  /// waits until it has noticed. Blocks.
  void stop(base::Duration patience);

  std::uint16_t port() const;
  std::size_t connections() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace pharos::http
