#include "platform/telemetry/metrics.h"

#include <mutex>
#include <set>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace pharos::telemetry {
namespace {

constexpr std::size_t kMostSeries = 200;

}  // namespace

struct Metrics::Core {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
  std::map<std::string, std::set<Labels>> series;
  std::vector<std::function<void(Metrics&)>> looks;

  /// The labels, or `other` in place of each when there are too many already. Called under the mutex.
  Labels bounded(const std::string& name, const Labels& labels) {
    std::set<Labels>& known = series[name];
    if (known.contains(labels)) return labels;
    if (known.size() < kMostSeries) {
      known.insert(labels);
      return labels;
    }
    Labels others = labels;
    for (auto& [label, value] : others) value = "other";
    return others;
  }
};

Metrics::Metrics() : core_(std::make_unique<Core>()) {}
Metrics::~Metrics() = default;

void Metrics::count(const std::string& name, const std::string& help, const Labels& labels, double by) {
  const std::lock_guard lock(core_->mutex);
  auto*& family = core_->counters[name];
  if (family == nullptr) family = &prometheus::BuildCounter().Name(name).Help(help).Register(core_->registry);
  family->Add(core_->bounded(name, labels)).Increment(by);
}

void Metrics::set(const std::string& name, const std::string& help, double value, const Labels& labels) {
  const std::lock_guard lock(core_->mutex);
  auto*& family = core_->gauges[name];
  if (family == nullptr) family = &prometheus::BuildGauge().Name(name).Help(help).Register(core_->registry);
  family->Add(core_->bounded(name, labels)).Set(value);
}

void Metrics::observe(const std::string& name, const std::string& help, double value, const Labels& labels,
                      const std::vector<double>& bounds) {
  const std::lock_guard lock(core_->mutex);
  auto*& family = core_->histograms[name];
  if (family == nullptr)
    family = &prometheus::BuildHistogram().Name(name).Help(help).Register(core_->registry);
  family->Add(core_->bounded(name, labels), bounds).Observe(value);
}

void Metrics::before_text(std::function<void(Metrics&)> look) {
  const std::lock_guard lock(core_->mutex);
  core_->looks.push_back(std::move(look));
}

std::string Metrics::text() {
  std::vector<std::function<void(Metrics&)>> looks;
  {
    const std::lock_guard lock(core_->mutex);
    looks = core_->looks;
  }
  for (const auto& look : looks) look(*this);
  return prometheus::TextSerializer().Serialize(core_->registry.Collect());
}

}  // namespace pharos::telemetry
