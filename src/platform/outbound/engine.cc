#include "platform/outbound/engine.h"

#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "platform/outbound/transfer.h"

namespace pharos::outbound {
namespace {

constexpr long kMostConnections = 256;
constexpr long kMostIdleConnections = 64;
constexpr int kNap = 1000;  // milliseconds; woken before by whatever happens

/// libcurl wants to be made ready once in a program, before its threads.
void prepare_library() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(ready);
}

}  // namespace

/// The loop, and what other threads tell it.
class Engine::Core {
 public:
  Core(const Guard& guard, EngineSettings settings) : guard_(guard), settings_(std::move(settings)) {
    prepare_library();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, kMostConnections);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMostIdleConnections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    thread_ = std::jthread([this] { run(); });
  }
  ~Core() {
    tell([](Told& told) { told.stop = true; });
    thread_.join();
    curl_multi_cleanup(multi_);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  std::shared_ptr<Arrival<Response>> begin(Exchange exchange) {
    auto transfer = std::make_unique<Transfer>(std::move(exchange), guard_, settings_);
    auto arrival = transfer->arrival();
    tell([&](Told& told) { told.begun.push_back(std::move(transfer)); });
    return arrival;
  }
  /// Ends what waits for that arrival, if anything still does.
  void drop(std::shared_ptr<Arrival<Response>> arrival) {
    tell([&](Told& told) { told.dropped.push_back(std::move(arrival)); });
  }

 private:
  struct Told {
    std::vector<std::unique_ptr<Transfer>> begun;
    std::vector<std::shared_ptr<Arrival<Response>>> dropped;
    bool stop = false;
  };

  template <class Tell>
  void tell(Tell how) {
    {
      const std::lock_guard lock(mutex_);
      how(told_);
    }
    curl_multi_wakeup(multi_);
  }

  void run() {
    while (true) {
      Told told;
      {
        const std::lock_guard lock(mutex_);
        std::swap(told, told_);
      }
      for (auto& each : told.begun) add(std::move(each));
      for (const auto& each : told.dropped) remove(each);
      if (told.stop) break;
      int running = 0;
      curl_multi_perform(multi_, &running);
      end_what_is_done();
      curl_multi_poll(multi_, nullptr, 0, kNap, nullptr);
    }
    for (auto& [arrival, transfer] : transfers_) {
      curl_multi_remove_handle(multi_, transfer->handle());
      transfer->give_up("Pharos stops: nothing is called any more");
    }
    transfers_.clear();
  }

  void add(std::unique_ptr<Transfer> transfer) {
    curl_multi_add_handle(multi_, transfer->handle());
    const Arrival<Response>* key = transfer->arrival().get();
    transfers_.emplace(key, std::move(transfer));
  }

  void remove(const std::shared_ptr<Arrival<Response>>& arrival) {
    const auto found = transfers_.find(arrival.get());
    if (found == transfers_.end()) return;
    curl_multi_remove_handle(multi_, found->second->handle());
    transfers_.erase(found);
  }

  void end_what_is_done() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode result = message->data.result;
      void* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      auto* transfer = static_cast<Transfer*>(self);
      curl_multi_remove_handle(multi_, transfer->handle());
      transfer->end(result);
      transfers_.erase(transfer->arrival().get());
    }
  }

  const Guard& guard_;
  EngineSettings settings_;
  CURLM* multi_ = nullptr;
  std::map<const Arrival<Response>*, std::unique_ptr<Transfer>> transfers_;  ///< of the thread
  std::mutex mutex_;
  Told told_;
  std::jthread thread_;
};

Engine::Engine(const Guard& guard, EngineSettings settings)
    : core_(std::make_unique<Core>(guard, std::move(settings))) {}

Engine::~Engine() = default;

base::Task<Response> Engine::exchange(Exchange exchange) {
  const std::shared_ptr<Arrival<Response>> arrival = core_->begin(std::move(exchange));
  try {
    co_return co_await Arrival<Response>::wait(arrival);
  } catch (const boost::system::system_error&) {  // cancelled
    core_->drop(arrival);
    throw;
  }
}

}  // namespace pharos::outbound
