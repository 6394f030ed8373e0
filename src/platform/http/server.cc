#include "platform/http/server.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base/error.h"
#include "platform/http/connection.h"
#include "platform/http/file_limit.h"

namespace pharos::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

asio::ssl::context tls_context(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1);
  error_code failure;
  context.use_certificate_chain_file(files.certificate.string(), failure);
  if (!failure) context.use_private_key_file(files.key.string(), asio::ssl::context::pem, failure);
  if (failure) {
    throw base::Error(base::Code::kInvalidInput,
                      fmt::format("TLS cannot use '{}' with '{}': {}", files.certificate.string(),
                                  files.key.string(), failure.message()));
  }
  return context;
}

std::string date_now() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

/// One thread with its event loop and its connections.
struct Server::Core : std::enable_shared_from_this<Server::Core> {
  struct Worker {
    explicit Worker(Core& core)
        : setting{.dispatcher = core.dispatcher,
                  .ids = core.ids,
                  .settings = core.settings,
                  .date = date_now()},
          ticker(io) {}

    asio::io_context io{1};
    detail::ConnectionSetting setting;
    asio::steady_timer ticker;
    std::list<std::shared_ptr<detail::AnyConnection>> connections;
    std::list<asio::cancellation_signal> others;  ///< of what was spawned beside them
    std::thread thread;
  };

  Core(Dispatcher& to, base::Ids& makes, ServerSettings with)
      : dispatcher(to), ids(makes), settings(std::move(with)) {
    if (settings.tls) tls.emplace(tls_context(*settings.tls));
    for (int i = 0; i < std::max(1, settings.threads); ++i)
      workers.push_back(std::make_unique<Worker>(*this));
    acceptor.emplace(workers.front()->io);
  }

  void bind();
  void accept();
  void take(Worker& worker, tcp::socket socket);
  void tick(Worker& worker);
  template <class Stream>
  void serve(Worker& worker, Stream stream);
  void ended();
  void finish();
  void cut_off();

  Dispatcher& dispatcher;
  base::Ids& ids;
  ServerSettings settings;
  std::optional<asio::ssl::context> tls;
  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;
  std::size_t next_worker = 0;
  std::atomic<std::size_t> open = 0;
  std::mutex mutex;
  std::condition_variable closed;
  bool running = false;
};

void Server::Core::bind() {
  error_code failure;
  const auto address =
      asio::ip::make_address(settings.host == "localhost" ? "127.0.0.1" : settings.host, failure);
  if (failure) {
    throw base::Error(
        base::Code::kInvalidInput,
        fmt::format("'{}' is no address to listen on; 127.0.0.1 is this machine alone, 0.0.0.0 all of "
                    "its addresses",
                    settings.host));
  }
  const tcp::endpoint endpoint(address, settings.port);
  acceptor->open(endpoint.protocol());
  acceptor->set_option(tcp::acceptor::reuse_address(true));
  acceptor->bind(endpoint, failure);
  if (!failure) acceptor->listen(4096, failure);
  if (failure == asio::error::address_in_use) {
    throw base::Error(
        base::Code::kInvalidInput,
        fmt::format("port {} is in use by another program; choose another with --port", settings.port));
  }
  if (failure) {
    throw base::Error(base::Code::kInvalidInput, fmt::format("cannot listen on {}:{}: {}", settings.host,
                                                             settings.port, failure.message()));
  }
}

void Server::Core::accept() {
  Worker& worker = *workers[next_worker++ % workers.size()];
  acceptor->async_accept(worker.io, [this, &worker](error_code failure, tcp::socket socket) {
    if (failure == asio::error::operation_aborted) return;
    if (!failure) {
      if (open.load() >= settings.max_connections) {
        error_code ignored;
        socket.close(ignored);
      } else {
        ++open;
        auto hand_over = [this, &worker, socket = std::move(socket)]() mutable {
          take(worker, std::move(socket));
        };
        asio::post(worker.io, std::move(hand_over));
      }
    }
    accept();
  });
}

void Server::Core::take(Worker& worker, tcp::socket socket) {
  error_code gone;
  socket.set_option(tcp::no_delay(true), gone);
  if (tls) {
    serve(worker, detail::TlsStream(std::move(socket), *tls));
  } else {
    serve(worker, std::move(socket));
  }
}

template <class Stream>
void Server::Core::serve(Worker& worker, Stream stream) {
  auto connection = std::make_shared<detail::Connection<Stream>>(std::move(stream), worker.setting);
  const auto place = worker.connections.insert(worker.connections.end(), connection);
  auto has_ended = [this, &worker, place](const std::exception_ptr&) {
    worker.connections.erase(place);
    ended();
  };
  asio::co_spawn(worker.io, connection->run(),
                 asio::bind_cancellation_slot(connection->cancellation.slot(), std::move(has_ended)));
}

void Server::Core::tick(Worker& worker) {
  worker.ticker.expires_after(std::chrono::seconds(1));
  worker.ticker.async_wait([this, &worker](error_code failure) {
    if (failure) return;
    worker.setting.date = date_now();
    const auto now = std::chrono::steady_clock::now();
    // A connection that is cut off leaves the list only later, from the event loop.
    for (const auto& connection : worker.connections) connection->tick(now);
    tick(worker);
  });
}

void Server::Core::ended() {
  const std::lock_guard lock(mutex);
  if (--open == 0) closed.notify_all();
}

void Server::Core::finish() {
  for (const auto& worker : workers) {
    asio::post(worker->io, [&worker = *worker] {
      worker.setting.stopping = true;
      for (const auto& connection : worker.connections) connection->finish();
    });
  }
}

void Server::Core::cut_off() {
  for (const auto& worker : workers) {
    asio::post(worker->io, [&worker = *worker] {
      const auto connections = worker.connections;
      for (const auto& connection : connections) connection->cut_off();
      for (auto& signal : worker.others) signal.emit(asio::cancellation_type::terminal);
    });
  }
}

Server::Server(Dispatcher& dispatcher, base::Ids& ids, ServerSettings settings)
    : core_(std::make_shared<Core>(dispatcher, ids, std::move(settings))) {
  raise_file_limit();
  core_->bind();
}

Server::~Server() {
  stop(base::Duration::zero());
}

void Server::start() {
  core_->running = true;
  core_->accept();
  for (const auto& worker : core_->workers) {
    core_->tick(*worker);
    worker->thread = std::thread([&worker = *worker] {
      const auto work = asio::make_work_guard(worker.io);
      worker.io.run();
    });
  }
}

void Server::stop(base::Duration patience) {
  if (!std::exchange(core_->running, false)) return;
  // Plain pointers: what the loops hold must not hold the loops.
  asio::post(core_->workers.front()->io, [core = core_.get()] {
    error_code gone_already;
    core->acceptor->close(gone_already);
  });
  core_->finish();
  std::unique_lock lock(core_->mutex);
  const auto is_quiet = [&] { return core_->open.load() == 0; };
  if (!core_->closed.wait_for(lock, patience, is_quiet)) core_->cut_off();
  // What waits for a pool is told only when its work there is done, and must not be gone by then.
  core_->closed.wait(lock, is_quiet);
  lock.unlock();
  for (const auto& worker : core_->workers) worker->io.stop();
  for (const auto& worker : core_->workers) worker->thread.join();
}

std::uint16_t Server::port() const {
  return core_->acceptor->local_endpoint().port();
}
std::size_t Server::connections() const {
  return core_->open.load();
}

void Server::spawn(base::Task<void> work, std::function<void(std::exception_ptr)> ended) {
  Core::Worker& worker = *core_->workers.front();
  ++core_->open;
  auto begin = [core = core_.get(), &worker, work = std::move(work), ended = std::move(ended)]() mutable {
    const auto place = worker.others.emplace(worker.others.end());
    auto has_ended = [core, &worker, place, ended = std::move(ended)](std::exception_ptr failure) {
      ended(std::move(failure));
      worker.others.erase(place);
      core->ended();
    };
    asio::co_spawn(worker.io, std::move(work),
                   asio::bind_cancellation_slot(place->slot(), std::move(has_ended)));
  };
  asio::post(worker.io, std::move(begin));
}

}  // namespace pharos::http
