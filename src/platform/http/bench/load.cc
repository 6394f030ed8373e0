#include "platform/http/bench/load.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "platform/http/bench/crowd.h"

namespace pharos::http {
namespace {

using bench::Client;
using bench::Crowd;
using bench::percentile;
using bench::whole_answer;
using Clock = std::chrono::steady_clock;

}  // namespace

LoadResult load(const LoadSettings& settings) {
  Crowd crowd(settings.port);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < settings.connections; ++i) {
    crowd.connect(*clients.emplace_back(std::make_unique<Client>()));
    Crowd::ask(*clients.back(), settings.request);
  }
  LoadResult result;
  std::vector<double> times;
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::duration<double>(settings.seconds);
  while (Clock::now() < end) {
    crowd.wait(100, [&](Client& client, bool is_over) {
      if (is_over) {
        ++result.errors;
        return;
      }
      const auto answer = whole_answer(client.received);
      if (!answer) return;
      if (*answer == 200) {
        ++result.answers;
      } else {
        ++result.errors;
      }
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - client.asked).count());
      Crowd::ask(client, settings.request);
    });
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::ranges::sort(times);
  result.p50_ms = percentile(times, 0.5);
  result.p99_ms = percentile(times, 0.99);
  return result;
}

StreamResult open_streams(const StreamSettings& settings, const std::function<void()>& at_peak) {
  Crowd crowd(settings.port);
  StreamResult result;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<double> firsts;
  int waiting = 0;
  const auto on_bytes = [&](Client& client, bool is_over) {
    if (is_over) {
      ++result.errors;
      return;
    }
    std::uint64_t events = 0;
    for (std::size_t at = client.received.find("data: "); at != std::string::npos;
         at = client.received.find("data: ", at + 1)) {
      ++events;
    }
    if (events == 0) return;
    if (!client.is_answered) {
      client.is_answered = true;
      --waiting;
      firsts.push_back(std::chrono::duration<double, std::milli>(Clock::now() - client.asked).count());
    }
    result.events += events;
    client.received.clear();
  };
  for (int i = 0; i < settings.streams; ++i) {
    crowd.connect(*clients.emplace_back(std::make_unique<Client>()));
    Crowd::ask(*clients.back(), settings.request);
    ++waiting;
    for (int tries = 0; waiting >= settings.opened_at_once && tries < 1000; ++tries) crowd.wait(10, on_bytes);
  }
  const auto end = Clock::now() + std::chrono::duration<double>(settings.seconds);
  while (Clock::now() < end) crowd.wait(50, on_bytes);
  at_peak();
  result.streams = firsts.size();
  std::ranges::sort(firsts);
  result.first_p50_ms = percentile(firsts, 0.5);
  result.first_p99_ms = percentile(firsts, 0.99);
  return result;
}

}  // namespace pharos::http
