#include "platform/http/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "platform/http/tests/support.h"

namespace pharos::http {
namespace {

using namespace testing_support;

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() : harbour_(routes_) {
    document_ = openapi_of(routes_, {.title = "Harbour", .version = "1", .description = ""});
  }

  Routes routes_;
  Harbour harbour_;
  boost::json::value document_;
};

TEST_F(OpenApi, ARouteIsDocumentedByItsTypes) {
  const auto& create = document_.at("paths").at("/api/v1/boats").at("post");
  EXPECT_EQ(create.at("operationId"), "create_a_boat");
  EXPECT_EQ(base::compact_json(create.at("requestBody").at("content").at("application/json").at("schema")),
            R"({"$ref":"#/components/schemas/NewBoatInput"})");
  const auto& input = document_.at("components").at("schemas").at("NewBoatInput");
  EXPECT_EQ(base::compact_json(input.at("required")), R"(["name"])");
  EXPECT_EQ(base::compact_json(input.at("properties").at("oars")),
            R"({"type":"integer","minimum":1,"maximum":99,"default":4})");
  EXPECT_EQ(base::compact_json(input.at("properties").at("crew").at("items").at("format")), R"("email")");
  EXPECT_EQ(base::compact_json(document_.at("components").at("schemas").at("Boat").at("required")),
            R"(["id","name","remark","oars","owner"])");
}

TEST_F(OpenApi, EveryStatusIsNamed) {
  std::vector<std::string> statuses;
  for (const auto& [status, response] :
       document_.at("paths").at("/api/v1/boats").at("post").at("responses").as_object()) {
    statuses.emplace_back(status);
  }
  EXPECT_THAT(statuses, ::testing::UnorderedElementsAre("201", "400", "401", "403", "409", "413", "415",
                                                        "422", "429", "500", "503"));
}

TEST_F(OpenApi, PathAndQueryAreParameters) {
  const auto& parameters = document_.at("paths").at("/api/v1/boats").at("get").at("parameters").as_array();
  EXPECT_EQ(parameters.size(), 3);
  EXPECT_EQ(parameters[0].at("in"), "query");
  EXPECT_EQ(parameters[0].at("required"), false);
  EXPECT_EQ(document_.at("paths").at("/api/v1/boats/{id}").at("get").at("parameters").at(0).at("required"),
            true);
}

TEST_F(OpenApi, OnlyClosedRoutesAskForAToken) {
  EXPECT_TRUE(document_.at("paths").at("/api/v1/boats").at("post").as_object().contains("security"));
  EXPECT_FALSE(document_.at("paths").at("/api/v1/boats").at("get").as_object().contains("security"));
}

}  // namespace
}  // namespace pharos::http
