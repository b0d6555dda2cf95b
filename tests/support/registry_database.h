// The registry's PostgreSQL stores on the test's own server.
#pragma once

#include "libs/common/postgres/pool.h"
#include "services/registry/storage/postgres/api_key_store.h"
#include "services/registry/storage/postgres/endpoint_store.h"
#include "services/registry/storage/postgres/project_store.h"

namespace furnace::registry {

/// The stores over an up-to-date schema without any rows. One at a time.
class TestDatabase {
 public:
  TestDatabase();

  ProjectStore& projects() { return projects_; }
  ApiKeyStore& keys() { return keys_; }
  EndpointStore& endpoints() { return endpoints_; }
  postgres::Pool& pool() { return pool_; }

 private:
  postgres::Pool pool_;
  PostgresProjectStore projects_{pool_};
  PostgresApiKeyStore keys_{pool_};
  PostgresEndpointStore endpoints_{pool_};
};

}  // namespace furnace::registry
