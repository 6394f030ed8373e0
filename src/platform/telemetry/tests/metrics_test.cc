#include "platform/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pharos::telemetry {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.count("calls_total", "Calls.", {{"route", "/items"}});
  metrics.count("calls_total", "Calls.", {{"route", "/items"}}, 2);
  metrics.observe("call_seconds", "Time of a call.", 0.2, {}, {0.1, 0.5});
  metrics.before_text([](Metrics& each) { each.set("queue_length", "Waiting.", 7); });
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP calls_total Calls."));
  EXPECT_THAT(text, HasSubstr("calls_total{route=\"/items\"} 3"));
  EXPECT_THAT(text, HasSubstr("call_seconds_bucket{le=\"0.5\"} 1"));
  EXPECT_THAT(text, HasSubstr("queue_length 7"));
}

TEST(Metrics, SeriesWithoutABoundBecomeOther) {
  Metrics metrics;
  for (int i = 0; i < 1000; ++i) metrics.count("calls_total", "Calls.", {{"route", std::to_string(i)}});
  EXPECT_THAT(metrics.text(), HasSubstr("calls_total{route=\"other\"} 800"));
}

}  // namespace
}  // namespace pharos::telemetry
