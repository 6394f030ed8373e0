#include "platform/http/bench/visitors.h"

#include <map>
#include <queue>
#include <random>

#include "platform/http/bench/crowd.h"

namespace pharos::http::bench {
namespace {

struct Person : Client {
  std::unique_ptr<Visitor> visitor;
  std::string doing;
};

struct Times {
  std::vector<double> ms;
  std::uint64_t errors = 0;
  std::string first_error;
};

VisitFigures figures_of(const std::string& name, Times times) {
  std::ranges::sort(times.ms);
  return {.name = name,
          .count = times.ms.size(),
          .errors = times.errors,
          .p50_ms = percentile(times.ms, 0.5),
          .p95_ms = percentile(times.ms, 0.95),
          .p99_ms = percentile(times.ms, 0.99),
          .first_error = std::move(times.first_error)};
}

/// All of them, from the first's coming to the last's going.
class Day {
 public:
  Day(const VisitSettings& settings, std::vector<std::unique_ptr<Visitor>> visitors)
      : settings_(settings), crowd_(settings.port) {
    const double apart = settings.arrive_within / std::max<double>(1, double(visitors.size()));
    for (auto& visitor : visitors) {
      auto& person = *people_.emplace_back(std::make_unique<Person>());
      person.visitor = std::move(visitor);
      crowd_.connect(person);
      next_.emplace(begun_ + seconds(apart * double(people_.size())), &person);
    }
  }

  std::vector<VisitFigures> run() {
    const auto end = begun_ + seconds(settings_.arrive_within + settings_.seconds);
    while (SteadyClock::now() < end) {
      while (!next_.empty() && next_.top().first <= SteadyClock::now()) begin_next();
      crowd_.wait(5, [this](Client& client, bool is_over) { hear(static_cast<Person&>(client), is_over); });
    }
    std::vector<VisitFigures> figures;
    Times all;
    for (auto& [name, times] : times_) {
      all.ms.insert(all.ms.end(), times.ms.begin(), times.ms.end());
      all.errors += times.errors;
      if (all.first_error.empty()) all.first_error = times.first_error;
      figures.push_back(figures_of(name, std::move(times)));
    }
    figures.push_back(figures_of("all", std::move(all)));
    return figures;
  }

 private:
  using Due = std::pair<SteadyClock::time_point, Person*>;

  static SteadyClock::duration seconds(double count) {
    return std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(count));
  }

  void begin_next() {
    Person& person = *next_.top().second;
    next_.pop();
    Visit visit = person.visitor->next();
    person.doing = std::move(visit.name);
    Crowd::ask(person, visit.request);
  }

  void hear(Person& person, bool is_over) {
    Times& times = times_[person.doing];
    if (is_over) {
      ++times.errors;
      if (times.first_error.empty()) times.first_error = "the connection broke";
      return;
    }
    const auto status = whole_answer(person.received);
    if (!status) return;
    times.ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - person.asked).count());
    if (*status / 100 == 2) {
      const std::size_t body = person.received.find("\r\n\r\n") + 4;
      person.visitor->is_told(person.doing, std::string_view(person.received).substr(body));
    } else {
      ++times.errors;
      if (times.first_error.empty()) times.first_error = person.received.substr(0, 2000);
    }
    std::uniform_real_distribution<double> pause(settings_.shortest_pause, settings_.longest_pause);
    next_.emplace(SteadyClock::now() + seconds(pause(random_)), &person);
  }

  VisitSettings settings_;
  Crowd crowd_;
  SteadyClock::time_point begun_ = SteadyClock::now();
  std::vector<std::unique_ptr<Person>> people_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> next_;
  std::map<std::string, Times> times_;
  std::mt19937 random_{20};
};

}  // namespace

std::vector<VisitFigures> visit(const VisitSettings& settings,
                                std::vector<std::unique_ptr<Visitor>> visitors) {
  return Day(settings, std::move(visitors)).run();
}

}  // namespace pharos::http::bench
