#include "services/registry/storage/postgres/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "libs/common/base/sha256.h"
#include "services/registry/app/bootstrap.h"
#include "services/registry/domain/endpoint_draft.h"
#include "tests/contract/registry/samples.h"
#include "tests/support/registry_database.h"

namespace furnace::registry {
namespace {

TEST(MigrateSchemaTest, ReplicasMayMigrateAtOnceAndAgain) {
  std::vector<std::thread> replicas;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([] {
      const absl::Status status = MigrateSchema(std::getenv("FURNACE_TEST_POSTGRES_DSN"));
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& replica : replicas) replica.join();
}

TEST(EnsureOperatorOnPostgresTest, ReplicasThatStartAtOnceAgree) {
  TestDatabase database;
  const SystemClock clock;
  constexpr char kSecret[] = "fk_operator_key_of_the_test";
  std::vector<std::thread> replicas;
  for (int i = 0; i < 6; ++i) {
    replicas.emplace_back([&] {
      const absl::Status status =
          EnsureOperator(database.projects(), database.keys(), clock, kSecret);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& replica : replicas) replica.join();
  const auto key = database.keys().Resolve(Sha256(kSecret));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(database.keys().List(key->project_id, 10)->size(), 1u);
  EXPECT_EQ(database.projects().List(10)->size(), 1u);
}

TEST(SchemaTest, TheSecretOfAKeyIsNowhereInTheDatabase) {
  TestDatabase database;
  const SystemClock clock;
  constexpr char kSecret[] = "fk_operator_key_of_the_test";
  ASSERT_TRUE(EnsureOperator(database.projects(), database.keys(), clock, kSecret).ok());
  const auto rows = database.pool().Exec(
      "SELECT count(*) FROM registry.api_keys k WHERE k::text LIKE '%key_of_the_test%'", {});
  EXPECT_EQ(rows->Int(0, 0), 0);
}

// As one stored before the columns of 0004 existed.
TEST(SchemaTest, AnEndpointWithoutPoliciesHasThoseOfASpecThatLeavesThemOut) {
  TestDatabase database;
  const Endpoint sample = SampleEndpoint(StoredProject(database.projects(), "team-a").id, "echo");
  const auto stored = database.pool().Exec(
      "INSERT INTO registry.furnace_endpoints "
      "(id, project_id, name, image_uri, change, created_at, updated_at) "
      "VALUES ($1::uuid, $2::uuid, $3, $4, 1, now(), now())",
      {sample.id, sample.project_id, sample.spec.name, sample.spec.image_uri});
  ASSERT_TRUE(stored.ok()) << stored.status();
  EndpointDraft draft;
  draft.name = sample.spec.name;
  draft.image_uri = sample.spec.image_uri;
  EXPECT_EQ(database.endpoints().Find(sample.id)->spec, *Normalise(draft));
}

// The platform's PRD names these tables and columns.
TEST(SchemaTest, ThePrdsColumnsAreThere) {
  TestDatabase database;
  for (const char* query :
       {"SELECT project_id, name, template_id, gpu_type, gpu_count, timeout_seconds, max_workers, "
        "min_workers, image_uri, handler_path, env_vars, status FROM registry.furnace_endpoints",
        "SELECT name, base_image, default_gpu_type, default_timeout, category, tags, is_public "
        "FROM registry.furnace_templates",
        "SELECT name, version, storage_uri, size_bytes, checksum, model_type "
        "FROM registry.furnace_models"}) {
    EXPECT_TRUE(database.pool().Exec(query, {}).ok()) << query;
  }
}

}  // namespace
}  // namespace furnace::registry
