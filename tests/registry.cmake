# Tests of registry.
furnace_library(registry_stores
  SOURCES support/registry_stores.cc
  DEPS furnace_registry_app)

furnace_test(registry_domain_test
  SOURCES
    unit/registry/domain/access_test.cc
    unit/registry/domain/api_key_test.cc
    unit/registry/domain/endpoint_draft_test.cc
    unit/registry/domain/endpoint_test.cc
    unit/registry/domain/gpu_type_test.cc
    unit/registry/domain/image_uri_test.cc
    unit/registry/domain/page_test.cc
    unit/registry/domain/project_test.cc
    unit/registry/domain/queue_policy_test.cc
    unit/registry/domain/retry_policy_test.cc
    unit/registry/domain/text_test.cc
  DEPS furnace_registry_domain)

furnace_test(registry_app_test
  SOURCES
    contract/registry/memory_stores_test.cc
    unit/registry/app/api_keys_test.cc
    unit/registry/app/bootstrap_test.cc
    unit/registry/app/endpoints_test.cc
    unit/registry/app/projects_test.cc
    unit/registry/app/secrets_test.cc
  DEPS registry_stores)

furnace_library(registry_database
  SOURCES support/registry_database.cc
  DEPS furnace_registry_storage)

furnace_integration_test(registry_storage_test
  SOURCES contract/registry/postgres_stores_test.cc
  DEPS registry_database)

furnace_test(registry_rpc_test
  SOURCES unit/registry/rpc/convert_endpoint_test.cc unit/registry/rpc/convert_test.cc
  DEPS furnace_registry_rpc)

furnace_library(registry_server
  SOURCES support/registry_server.cc
  DEPS registry_database furnace_registry_rpc)

furnace_integration_test(registry_service_test
  SOURCES
    integration/registry/access_test.cc
    integration/registry/catalog_service_test.cc
    integration/registry/endpoint_service_test.cc
    integration/registry/project_service_test.cc
    integration/registry/schema_test.cc
  DEPS registry_server
  LABELS grpc)
