#include "services/registry/domain/endpoint.h"

#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

const absl::Time kCreated = absl::FromUnixSeconds(1'700'000'000);
const absl::Time kLater = kCreated + absl::Seconds(1);

Endpoint Sample() {
  Endpoint endpoint;
  endpoint.id = "e";
  endpoint.spec.name = "echo";
  endpoint.spec.timeout_seconds = 300;
  endpoint.created_at = kCreated;
  endpoint.updated_at = kCreated;
  return endpoint;
}

TEST(ReviseTest, ANewSpecIsTheNextRevision) {
  EndpointSpec spec = Sample().spec;
  spec.timeout_seconds = 60;
  const Endpoint revised = Revise(Sample(), spec, kLater);
  EXPECT_EQ(revised.revision, 2);
  EXPECT_EQ(revised.spec, spec);
  EXPECT_EQ(revised.updated_at, kLater);
  EXPECT_EQ(revised.created_at, kCreated);
}

TEST(ReviseTest, TheSameSpecChangesNothing) {
  EXPECT_EQ(Revise(Sample(), Sample().spec, kLater), Sample());
}

TEST(ReviseTest, APausedEndpointStaysPaused) {
  EndpointSpec spec = Sample().spec;
  spec.timeout_seconds = 60;
  EXPECT_EQ(Revise(Pause(Sample(), kLater), spec, kLater).status, EndpointStatus::kPaused);
}

TEST(PauseTest, PausesAndKeepsTheRevision) {
  const Endpoint paused = Pause(Sample(), kLater);
  EXPECT_EQ(paused.status, EndpointStatus::kPaused);
  EXPECT_EQ(paused.revision, 1);
  EXPECT_EQ(paused.updated_at, kLater);
}

TEST(PauseTest, ChangesNothingButAnActiveEndpoint) {
  const Endpoint paused = Pause(Sample(), kCreated);
  EXPECT_EQ(Pause(paused, kLater), paused);
  const Endpoint deleted = Retire(Sample(), kCreated);
  EXPECT_EQ(Pause(deleted, kLater), deleted);
}

TEST(ResumeTest, UndoesAPauseAndKeepsTheRevision) {
  const Endpoint resumed = Resume(Pause(Sample(), kCreated), kLater);
  EXPECT_EQ(resumed.status, EndpointStatus::kActive);
  EXPECT_EQ(resumed.revision, 1);
  EXPECT_EQ(resumed.updated_at, kLater);
}

TEST(ResumeTest, ChangesNothingButAPausedEndpoint) {
  EXPECT_EQ(Resume(Sample(), kLater), Sample());
  const Endpoint deleted = Retire(Sample(), kCreated);
  EXPECT_EQ(Resume(deleted, kLater), deleted);
}

TEST(RetireTest, DeletesAndKeepsTheRevision) {
  const Endpoint retired = Retire(Sample(), kLater);
  EXPECT_EQ(retired.status, EndpointStatus::kDeleted);
  EXPECT_EQ(retired.revision, 1);
  EXPECT_EQ(retired.updated_at, kLater);
}

TEST(RetireTest, DeletesAPausedEndpoint) {
  EXPECT_EQ(Retire(Pause(Sample(), kCreated), kLater).status, EndpointStatus::kDeleted);
}

TEST(ApproximateBytesTest, CountsWhatMayBeLarge) {
  Endpoint endpoint = Sample();
  const std::size_t before = ApproximateBytes(endpoint);
  endpoint.spec.env["NAME"] = std::string(10'000, 'x');
  EXPECT_GE(ApproximateBytes(endpoint), before + 10'004);
}

}  // namespace
}  // namespace furnace::registry
