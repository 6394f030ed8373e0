#include "server/settings.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace pharos::server {
namespace {

using Texts = std::map<std::string, std::string>;
using ::testing::HasSubstr;

/// A folder of its own for .env files, and an environment that is no process's.
class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Settings read(const Texts& environment, const Texts& flags = {}) const {
    return read_settings(SettingSources(flags, environment, folder_));
  }
  std::string refusal(const Texts& environment) const {
    try {
      read(environment);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::Code::kInvalidInput);
      return error.what();
    }
    return "taken";
  }
  void write(const char* name, const char* text) const { base::write_file(folder_ / name, text); }

  std::filesystem::path folder_;
};

TEST_F(SettingsTest, WithoutAnySettingThereAreDefaults) {
  const Settings settings = read({});
  EXPECT_EQ(settings.mode, mirror::Mode::kProd);
  EXPECT_GE(settings.workers, 1);
  EXPECT_EQ(settings.models.filename(), "models");
  EXPECT_EQ(settings.serve.port, 8080);
  EXPECT_TRUE(settings.is_local());
}

TEST_F(SettingsTest, SettingsAreTaken) {
  write(".env", "FEATURE_FLAGS=new_reports=on,quick_search=20%\n");
  const Settings settings =
      read({{"PHAROS_MODELS", "/somewhere"}, {"PHAROS_WORKERS", "3"}, {"LIFEMIRROR_MODE", "dev"}});
  EXPECT_EQ(settings.serve.features, (flags::DefaultFlags{{"new_reports", 100}, {"quick_search", 20}}));
  EXPECT_EQ(settings.models, "/somewhere");
  EXPECT_EQ(settings.workers, 3);
  EXPECT_EQ(settings.mode, mirror::Mode::kDev);
}

TEST_F(SettingsTest, WhatIsKeptLiesWhereTheSystemSaysUnlessTold) {
  EXPECT_EQ(read({{"XDG_STATE_HOME", "/state"}}).data, "/state/pharos");
  EXPECT_EQ(read({{"XDG_STATE_HOME", "/state"}, {"PHAROS_DATA", "/elsewhere"}}).data, "/elsewhere");
}

TEST_F(SettingsTest, TheNewNameOfTheModeWins) {
  EXPECT_EQ(read({{"LIFEMIRROR_MODE", "dev"}, {"PHAROS_MODE", "mock"}}).mode, mirror::Mode::kMock);
}

TEST_F(SettingsTest, TheNearerPlaceWins) {
  const auto port = [&](const Texts& environment, const Texts& flags = {}) {
    return read(environment, flags).serve.port;
  };
  write(".env", "# a comment\n\nexport PHAROS_PORT = \"1\"\nLOG_LEVEL=debug\n");
  EXPECT_EQ(port({}), 1);
  write(".env.staging", "PHAROS_PORT=2");
  EXPECT_EQ(port({}), 1);
  EXPECT_EQ(port({{"APP_ENV", "staging"}}), 2);
  write("secret", "3\n");
  const std::string file = (folder_ / "secret").string();
  EXPECT_EQ(port({{"APP_ENV", "staging"}, {"PHAROS_PORT_FILE", file}}), 3);
  EXPECT_EQ(port({{"PHAROS_PORT_FILE", file}, {"PHAROS_PORT", "4"}}), 4);
  EXPECT_EQ(port({{"PHAROS_PORT", "4"}}, {{"PHAROS_PORT", "5"}}), 5);
}

TEST_F(SettingsTest, EachSettingSaysWhereItIsFromAndSecretsStaySecret) {
  write(".env", "PASSWORD_PEPPER=0123456789012345678901234567890123456789\n");
  const Settings settings = read({{"PHAROS_PORT", "81"}});
  const auto entry = [&](const char* name) {
    return *std::ranges::find(settings.entries, name, &SettingEntry::name);
  };
  EXPECT_EQ(entry("PHAROS_PORT").source, "environment");
  EXPECT_EQ(entry("PHAROS_HOST").source, "default");
  EXPECT_EQ(entry("PASSWORD_PEPPER").source, ".env");
  EXPECT_EQ(entry("PASSWORD_PEPPER").value, "set");
  EXPECT_EQ(settings.serve.password_pepper.size(), 40);
}

TEST_F(SettingsTest, AnUnusableValueIsRefusedByNameAndPlace) {
  for (const char* workers : {"0", "-1", "two", "2x", "1000"}) {
    EXPECT_THAT(refusal({{"PHAROS_WORKERS", workers}}), HasSubstr("PHAROS_WORKERS (environment)"));
  }
  EXPECT_THAT(refusal({{"PHAROS_MODE", "loud"}}), HasSubstr("prod, dev, mock"));
  EXPECT_THAT(refusal({{"RATE_LIMIT_ENABLED", "maybe"}}), HasSubstr("true or false"));
  EXPECT_THAT(refusal({{"APP_ENV", "prod"}}), HasSubstr("local, staging, production or test"));
  EXPECT_THAT(refusal({{"PASSWORD_PEPPER", "short"}}), HasSubstr("openssl rand"));
  EXPECT_THAT(refusal({{"PHAROS_PRIVATE_NETWORKS", "10.0.0.0/8,here"}}),
              HasSubstr("PHAROS_PRIVATE_NETWORKS: 'here' is no network"));
  EXPECT_THAT(refusal({{"PHAROS_TLS_KEY", "key.pem"}}), HasSubstr("together"));
  EXPECT_THAT(refusal({{"FEATURE_FLAGS", "new_reports=maybe"}}),
              HasSubstr("FEATURE_FLAGS: 'new_reports=maybe' is no feature's default"));
  EXPECT_THAT(refusal({{"S3_ENDPOINT", "https://store"}, {"S3_BUCKET", "photos"}, {"S3_ACCESS_KEY", "k"}}),
              HasSubstr("S3_SECRET_KEY"));
  EXPECT_THAT(refusal({{"PASSWORD_PEPPER_FILE", "/nowhere"}}), HasSubstr("PASSWORD_PEPPER_FILE"));
}

TEST_F(SettingsTest, AnUnknownNameIsRefused) {
  EXPECT_THAT(refusal({{"PHAROS_PROT", "1"}}), HasSubstr("did you mean PHAROS_PORT?"));
  write(".env", "DATABASE_ULR=x");
  EXPECT_THAT(refusal({}), HasSubstr("DATABASE_ULR (.env)"));
  write(".env", "what is this");
  EXPECT_THAT(refusal({}), HasSubstr(".env line 1"));
}

}  // namespace
}  // namespace pharos::server
