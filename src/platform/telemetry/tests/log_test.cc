#include "platform/telemetry/log.h"

#include <sstream>

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace pharos::telemetry {
namespace {

class LogTest : public ::testing::Test {
 protected:
  std::string said(LogSettings settings, LogLevel level, const boost::json::object& fields) {
    std::ostringstream out;
    Log(settings, clock_, out).write(level, "request", fields);
    return out.str();
  }

  base::ManualClock clock_;
};

TEST_F(LogTest, ALineForProgramsIsOneObject) {
  const std::string line = said({.json = true}, LogLevel::kWarning, {{"status", 503}, {"text", "a\nb"}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto object = base::parse_json(line, "line").as_object();
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("event"), "request");
  EXPECT_EQ(object.at("status"), 503);
  EXPECT_EQ(object.at("time"), "1970-01-01T00:00:00.000Z");
}

TEST_F(LogTest, ALineForPeopleIsOneLine) {
  EXPECT_EQ(said({}, LogLevel::kInfo, {{"status", 200}, {"path", "/items\nx"}}),
            "00:00:00 info    request  status=200  path=/items x\n");
}

TEST_F(LogTest, SecretsAreNeverWritten) {
  const std::string line =
      said({.json = true}, LogLevel::kInfo, {{"inner", {{"new_password", "oak"}}}, {"refresh_token", "oak"}});
  EXPECT_EQ(line.find("oak"), std::string::npos);
}

TEST_F(LogTest, WhatIsBelowTheLevelSaysNothing) {
  EXPECT_EQ(said({.level = LogLevel::kWarning}, LogLevel::kInfo, {}), "");
}

}  // namespace
}  // namespace pharos::telemetry
