#include "services/gateway/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::gateway::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    for (const auto& [method, path] : std::vector<std::pair<const char*, const char*>>{
             {"GET", "/v1/jobs"},
             {"GET", "/v1/jobs/{job_id}"},
             {"POST", "/v1/jobs/{job_id}/cancel"},
             {"GET", "/v1/jobs/special"},
             {"DELETE", "/v1/projects/{project_id}/keys/{key_id}"}}) {
      EXPECT_TRUE(Add(method, path).ok());
    }
    Route stream;
    stream.method = "GET";
    stream.path = "/v1/jobs/{job_id}/watch";
    stream.streams = true;
    EXPECT_TRUE(router_.Add(stream).ok());
  }

  absl::Status Add(const std::string& method, const std::string& path) {
    Route route;
    route.method = method;
    route.path = path;
    return router_.Add(route);
  }

  // "GET /template [parameters]", "405 <allowed>" or the error.
  std::string Find(std::string_view method, std::string_view path) {
    const auto match = router_.Find(method, *ParseTarget(path));
    if (!match.ok()) return std::string(match.status().message());
    if (match->served == nullptr) return "405 " + match->allow;
    std::string found = match->served->route.method + " " + match->served->route.path;
    for (const std::string& parameter : match->parameters) found += " " + parameter;
    return found;
  }

  Router router_;
};

TEST_F(RouterTest, FindsLiteralsAndParameters) {
  EXPECT_EQ(Find("GET", "/v1/jobs"), "GET /v1/jobs");
  EXPECT_EQ(Find("GET", "/v1/jobs/j1"), "GET /v1/jobs/{job_id} j1");
  EXPECT_EQ(Find("DELETE", "/v1/projects/p/keys/k"),
            "DELETE /v1/projects/{project_id}/keys/{key_id} p k");
}

TEST_F(RouterTest, PrefersALiteralAndFallsBackToTheParameter) {
  EXPECT_EQ(Find("GET", "/v1/jobs/special"), "GET /v1/jobs/special");
  EXPECT_EQ(Find("POST", "/v1/jobs/special/cancel"), "POST /v1/jobs/{job_id}/cancel special");
}

TEST_F(RouterTest, DecodesParameters) {
  EXPECT_EQ(Find("GET", "/v1/jobs/a%2Fb"), "GET /v1/jobs/{job_id} a/b");
  EXPECT_THAT(Find("GET", "/v1/jobs/%zz"), ::testing::HasSubstr("malformed"));
}

TEST_F(RouterTest, KnowsNothingElse) {
  for (const char* path : {"/", "/v1", "/v1/jobs/", "/v1/jobs/j1/", "/v1//jobs", "/V1/jobs",
                           "/v1/jobs/j1/cancel/x", "/v1/projects/p/keys/"}) {
    EXPECT_EQ(Find("GET", path), "no such route") << path;
  }
}

TEST_F(RouterTest, NamesTheMethodsOfAPlace) {
  EXPECT_EQ(Find("POST", "/v1/jobs"), "405 OPTIONS, GET, HEAD");
  EXPECT_EQ(Find("GET", "/v1/jobs/j1/cancel"), "405 OPTIONS, POST");
}

TEST_F(RouterTest, HeadIsForGetThatEnds) {
  EXPECT_EQ(Find("HEAD", "/v1/jobs"), "GET /v1/jobs");
  EXPECT_EQ(Find("HEAD", "/v1/jobs/j1/watch"), "405 OPTIONS, GET");
}

TEST_F(RouterTest, APlaceIsTakenOnce) {
  EXPECT_TRUE(absl::IsAlreadyExists(Add("GET", "/v1/jobs/{other_name}")));
}

TEST_F(RouterTest, TemplatesItCannotServeAreRefused) {
  for (const char* path : {"v1", "/v1/{a}:verb", "/v1/{a=*}/x{", "/v1/*", "/{}"}) {
    EXPECT_FALSE(Add("GET", path).ok()) << path;
  }
}

}  // namespace
}  // namespace furnace::gateway::http
