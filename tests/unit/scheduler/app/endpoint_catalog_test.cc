#include "services/scheduler/app/endpoint_catalog.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

class EndpointCatalogTest : public testing::Test {
 protected:
  Endpoint Put(Endpoint endpoint) {
    source_.Put(endpoint);
    return endpoint;
  }

  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
};

TEST_F(EndpointCatalogTest, AsksTheRegistryOnceForAnEndpointItHasNotHeardOf) {
  const Endpoint endpoint = Put(AnEndpoint());
  EXPECT_EQ(catalog_.Cached(endpoint.id), nullptr);
  EXPECT_TRUE(catalog_.FindFor(endpoint.project_id, endpoint.id).ok());
  EXPECT_TRUE(catalog_.FindFor(endpoint.project_id, endpoint.id).ok());
  EXPECT_EQ(source_.finds(), 1);
  EXPECT_NE(catalog_.Cached(endpoint.id), nullptr);
}

TEST_F(EndpointCatalogTest, UnknownForeignAndDeletedEndpointsLookAlike) {
  const Endpoint endpoint = Put(AnEndpoint());
  Endpoint deleted = AnEndpoint();
  deleted.deleted = true;
  Put(deleted);
  const std::string unknown = NewId();
  const auto expect_hidden = [&](const std::string& project, const std::string& id) {
    EXPECT_EQ(catalog_.FindFor(project, id).status(), absl::NotFoundError("no endpoint " + id));
  };
  expect_hidden(endpoint.project_id, unknown);
  expect_hidden(NewId(), endpoint.id);
  expect_hidden(deleted.project_id, deleted.id);
  EXPECT_TRUE(catalog_.Find(deleted.id).ok());  // The suite itself may see it.
}

TEST_F(EndpointCatalogTest, AnOutageOfTheRegistryStopsOnlyTheUnknown) {
  const Endpoint endpoint = Put(AnEndpoint());
  ASSERT_TRUE(catalog_.Refresh().ok());
  source_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(catalog_.FindFor(endpoint.project_id, endpoint.id).ok());
  EXPECT_TRUE(absl::IsUnavailable(catalog_.FindFor(endpoint.project_id, NewId()).status()));
  EXPECT_TRUE(absl::IsUnavailable(catalog_.Refresh()));
}

TEST_F(EndpointCatalogTest, RefreshReadsAllPagesAndGoesOnFromThere) {
  source_.set_page(2);
  for (int i = 0; i < 5; ++i) Put(AnEndpoint());
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_EQ(catalog_.All().size(), 5U);
  Put(AnEndpoint());
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_EQ(catalog_.All().size(), 6U);
}

TEST_F(EndpointCatalogTest, ATaskTypeStandsForTheFirstEndpointByNameThatRuns) {
  const std::string project = NewId();
  const auto put = [&](const std::string& name, bool paused, bool deleted) {
    Endpoint endpoint = AnEndpoint();
    endpoint.project_id = project;
    endpoint.name = name;
    endpoint.task_types = {"other", "upscale"};
    endpoint.paused = paused;
    endpoint.deleted = deleted;
    return Put(endpoint).id;
  };
  EXPECT_TRUE(absl::IsNotFound(catalog_.FindForTask(project, "upscale").status()));
  const std::string paused = put("b", true, false);
  EXPECT_EQ((*catalog_.FindForTask(project, "upscale"))->id, paused);
  put("a", false, true);
  put("d", false, false);
  const std::string runs = put("c", false, false);
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_EQ((*catalog_.FindForTask(project, "upscale"))->id, runs);
  EXPECT_EQ(catalog_.CachedFor(NewId(), "upscale"), nullptr);
  EXPECT_EQ(catalog_.CachedFor(project, "scale"), nullptr);
  source_.set_status(absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(catalog_.FindForTask(project, "scale").status()));
}

TEST_F(EndpointCatalogTest, AnOlderRevisionReplacesNothing) {
  Endpoint endpoint = AnEndpoint();
  endpoint.revision = 3;
  Put(endpoint);
  ASSERT_TRUE(catalog_.Refresh().ok());
  endpoint.revision = 2;
  Put(endpoint);
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_EQ(catalog_.Cached(endpoint.id)->revision, 3);
  endpoint.revision = 3;
  endpoint.deleted = true;
  Put(endpoint);
  ASSERT_TRUE(catalog_.Refresh().ok());
  EXPECT_TRUE(catalog_.Cached(endpoint.id)->deleted);
}

}  // namespace
}  // namespace furnace::scheduler
