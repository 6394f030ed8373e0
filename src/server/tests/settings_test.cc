#include "server/settings.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace pharos::server {
namespace {

class Environment : public testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"PHAROS_MODELS", "PHAROS_SAMPLES", "PHAROS_MODE", "LIFEMIRROR_MODE",
                             "PHAROS_WORKERS", "PHAROS_DATA", "XDG_STATE_HOME"}) {
      unsetenv(name);
    }
  }
};

TEST_F(Environment, WithoutAnySettingThereAreDefaults) {
  const Settings settings = settings_from_environment();
  EXPECT_EQ(settings.mode, mirror::Mode::kProd);
  EXPECT_GE(settings.workers, 1);
  EXPECT_EQ(settings.models.filename(), "models");
}

TEST_F(Environment, SettingsAreTaken) {
  setenv("PHAROS_MODELS", "/somewhere", 1);
  setenv("PHAROS_WORKERS", "3", 1);
  setenv("LIFEMIRROR_MODE", "dev", 1);
  const Settings settings = settings_from_environment();
  EXPECT_EQ(settings.models, "/somewhere");
  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.mode, mirror::Mode::kDev);
}

TEST_F(Environment, WhatIsKeptLiesWhereTheSystemSaysUnlessTold) {
  setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(settings_from_environment().data, "/state/pharos");
  setenv("PHAROS_DATA", "/elsewhere", 1);
  EXPECT_EQ(settings_from_environment().data, "/elsewhere");
}

TEST_F(Environment, TheNewNameOfTheModeWins) {
  setenv("LIFEMIRROR_MODE", "dev", 1);
  setenv("PHAROS_MODE", "mock", 1);
  EXPECT_EQ(settings_from_environment().mode, mirror::Mode::kMock);
}

TEST_F(Environment, AnUnusableValueIsRefusedByName) {
  for (const char* workers : {"0", "-1", "two", "2x", "1000"}) {
    setenv("PHAROS_WORKERS", workers, 1);
    try {
      settings_from_environment();
      ADD_FAILURE() << workers;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      EXPECT_NE(std::string(error.what()).find("PHAROS_WORKERS"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace pharos::server
