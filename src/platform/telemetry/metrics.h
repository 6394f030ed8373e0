// Numbers about the program that Prometheus collects.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pharos::telemetry {

/// Names and values; never a person, a text or anything else without a bound.
using Labels = std::map<std::string, std::string>;

/// Thread-safe. A name has one kind, one help text and the same label names wherever it is used. When a name
/// has had 200 different sets of labels, further ones are counted with each value `other`.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void count(const std::string& name, const std::string& help, const Labels& labels = {}, double by = 1);
  void set(const std::string& name, const std::string& help, double value, const Labels& labels = {});
  /// `bounds` are the upper ends of the buckets, ascending; those of the first call count.
  void observe(const std::string& name, const std::string& help, double value, const Labels& labels,
               const std::vector<double>& bounds);

  /// Called before each text(), to set what is only looked at then.
  void before_text(std::function<void(Metrics&)> look);
  /// In Prometheus' text format.
  std::string text();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace pharos::telemetry
