# Tests of common.
furnace_test(common_base_test
  SOURCES unit/common/base/gpu_type_test.cc unit/common/base/hmac_test.cc
    unit/common/base/read_text_test.cc unit/common/base/sha256_test.cc unit/common/base/status_test.cc
    unit/common/base/uuid_test.cc unit/common/base/webhook_url_test.cc
  DEPS furnace_base Threads::Threads)

furnace_test(common_config_test
  SOURCES unit/common/config/env_test.cc
  DEPS furnace_config)

furnace_test(common_ledger_test
  SOURCES unit/common/ledger/merkle_test.cc unit/common/ledger/money_test.cc
    unit/common/ledger/receipt_test.cc
  DEPS furnace_ledger)

furnace_test(common_http_test
  SOURCES unit/common/http/address_test.cc unit/common/http/client_test.cc
  DEPS furnace_http)

furnace_test(common_json_test
  SOURCES unit/common/json/json_test.cc
  DEPS furnace_json)

furnace_test(common_proto_json_test
  SOURCES unit/common/proto_json/runpod_job_test.cc
  DEPS furnace_proto_json)

furnace_test(common_log_test
  SOURCES unit/common/log/log_test.cc
  DEPS furnace_log)

furnace_test(common_runtime_test
  SOURCES unit/common/runtime/periodic_test.cc unit/common/runtime/thread_pool_test.cc
  DEPS furnace_runtime)

furnace_test(common_metrics_test
  SOURCES unit/common/metrics/admin_server_test.cc
  DEPS furnace_metrics furnace_http)

furnace_test(common_rpc_values_test
  SOURCES unit/common/rpc/status_mapping_test.cc unit/common/rpc/worker_token_test.cc
  DEPS furnace_rpc)

furnace_test(common_storage_values_test
  SOURCES unit/common/postgres/connection_test.cc unit/common/redis/url_test.cc
  DEPS furnace_postgres furnace_redis)

furnace_test(common_rpc_test
  SOURCES
    unit/common/rpc/bidi_call_test.cc
    unit/common/rpc/call_context_test.cc
    unit/common/rpc/server_stream_call_test.cc
    unit/common/rpc/server_test.cc
    unit/common/rpc/unary_call_test.cc
  DEPS furnace_rpc furnace_proto
  LABELS grpc)

furnace_integration_test(common_redis_test
  SOURCES
    integration/common/redis/client_faults_test.cc
    integration/common/redis/client_test.cc
    integration/common/redis/fake_redis.cc
    integration/common/redis/private_redis.cc
    integration/common/redis/subscriber_test.cc
  DEPS furnace_redis)

furnace_integration_test(common_postgres_test
  SOURCES integration/common/postgres/migrator_test.cc integration/common/postgres/pool_test.cc
  DEPS furnace_postgres)
