# Tests of the scheduler.
furnace_library(scheduler_test_support
  SOURCES support/scheduler/fake_ports.cc support/scheduler/memory_attempt_history.cc
    support/scheduler/memory_budgets.cc
    support/scheduler/memory_batch_store.cc support/scheduler/memory_batch_worker.cc
    support/scheduler/memory_expired_jobs.cc support/scheduler/memory_job_links.cc
    support/scheduler/memory_job_claims.cc support/scheduler/memory_job_progress.cc support/scheduler/memory_job_queue.cc
    support/scheduler/memory_job_queue_windows.cc support/scheduler/memory_lost_jobs.cc
    support/scheduler/memory_queue_loads.cc support/scheduler/memory_schedule_store.cc
    support/scheduler/memory_shard_log.cc support/scheduler/memory_stores.cc
    support/scheduler/memory_webhook_outbox.cc support/scheduler/memory_worker_lives.cc
  DEPS furnace_scheduler_app)

furnace_test(scheduler_domain_test
  SOURCES
    unit/scheduler/domain/admission_test.cc
    unit/scheduler/domain/affinity_test.cc
    unit/scheduler/domain/attribution_test.cc
    unit/scheduler/domain/attempt_test.cc
    unit/scheduler/domain/fair_share_test.cc
    unit/scheduler/domain/autoscale_test.cc
    unit/scheduler/domain/batch_test.cc
    unit/scheduler/domain/budget_test.cc
    unit/scheduler/domain/cron_parser_test.cc
    unit/scheduler/domain/cron_test.cc
    unit/scheduler/domain/forecast_test.cc
    unit/scheduler/domain/gpu_quota_test.cc
    unit/scheduler/domain/graph_test.cc
    unit/scheduler/domain/init_timeout_test.cc
    unit/scheduler/domain/job_dependency_test.cc
    unit/scheduler/domain/job_status_test.cc
    unit/scheduler/domain/job_test.cc
    unit/scheduler/domain/job_webhook_test.cc
    unit/scheduler/domain/job_window_test.cc
    unit/scheduler/domain/lease_parts_test.cc
    unit/scheduler/domain/lifetime_test.cc
    unit/scheduler/domain/restoration_test.cc
    unit/scheduler/domain/retry_policy_test.cc
    unit/scheduler/domain/schedule_test.cc
    unit/scheduler/domain/shard_test.cc
    unit/scheduler/domain/start_breaker_test.cc
    unit/scheduler/domain/text_test.cc
    unit/scheduler/domain/time_window_test.cc
    unit/scheduler/domain/time_zone_test.cc
    unit/scheduler/domain/wait_reason_test.cc
    unit/scheduler/domain/worker_demand_test.cc
    unit/scheduler/domain/webhook_test.cc
  DEPS furnace_scheduler_domain)
furnace_test(scheduler_simulation_test COMPUTES
  SOURCES unit/scheduler/domain/fair_share_simulation_test.cc
  DEPS furnace_scheduler_domain)

furnace_test(scheduler_app_test
  SOURCES
    unit/scheduler/app/admission_test.cc
    unit/scheduler/app/all_rules_test.cc
    unit/scheduler/app/batches_test.cc
    unit/scheduler/app/dependencies_test.cc
    unit/scheduler/app/dispatcher_claims_test.cc
    unit/scheduler/app/dispatcher_results_test.cc
    unit/scheduler/app/dispatcher_sessions_test.cc
    unit/scheduler/app/endpoint_catalog_test.cc
    unit/scheduler/app/endpoint_health_test.cc
    unit/scheduler/app/explainer_test.cc
    unit/scheduler/app/fleet_test.cc
    unit/scheduler/app/forecast_book_test.cc
    unit/scheduler/app/gpu_quota_treasury_test.cc
    unit/scheduler/app/graph_submitter_test.cc
    unit/scheduler/app/job_reader_test.cc
    unit/scheduler/app/job_watchers_test.cc
    unit/scheduler/app/progress_reports_test.cc
    unit/scheduler/app/job_webhooks_test.cc
    unit/scheduler/app/lifetimes_test.cc
    unit/scheduler/app/output_references_test.cc
    unit/scheduler/app/persister_test.cc
    unit/scheduler/app/price_book_test.cc
    unit/scheduler/app/project_quotas_test.cc
    unit/scheduler/app/rebuilder_test.cc
    unit/scheduler/app/redriver_test.cc
    unit/scheduler/app/relay_test.cc
    unit/scheduler/app/relay_usage_test.cc
    unit/scheduler/app/request_quota_test.cc
    unit/scheduler/app/retention_test.cc
    unit/scheduler/app/schedule_runner_test.cc
    unit/scheduler/app/schedules_test.cc
    unit/scheduler/app/shard_leader_test.cc
    unit/scheduler/app/submitter_items_test.cc unit/scheduler/app/submitter_quota_test.cc
    unit/scheduler/app/submitter_attribution_test.cc
    unit/scheduler/app/submitter_test.cc
    unit/scheduler/app/sweeper_test.cc
    unit/scheduler/app/start_rules_test.cc
    unit/scheduler/app/throttles_test.cc
    unit/scheduler/app/treasury_test.cc
    unit/scheduler/app/worker_starter_test.cc
    unit/scheduler/app/webhook_deliverer_test.cc
  DEPS scheduler_test_support GTest::gtest)

furnace_test(scheduler_drivers_test
  SOURCES
    unit/scheduler/drivers/gpu_inventory_test.cc
    unit/scheduler/drivers/process_driver_test.cc
    unit/scheduler/drivers/worker_file_test.cc
  DEPS furnace_scheduler_drivers)

furnace_test(scheduler_webhook_sender_test
  SOURCES unit/scheduler/clients/http_webhook_sender_test.cc
  DEPS furnace_scheduler_clients)

furnace_test(scheduler_rpc_test
  SOURCES unit/scheduler/rpc/job_json_test.cc
  DEPS furnace_scheduler_rpc)

furnace_test(scheduler_storage_test
  SOURCES unit/scheduler/storage/capacity_codec_test.cc unit/scheduler/storage/chunk_codec_test.cc
  DEPS furnace_scheduler_storage)

# The contracts of the ports, on the fakes and on the real adapters.
furnace_test(scheduler_memory_contract_test
  SOURCES contract/scheduler/memory_test.cc
  DEPS scheduler_test_support)

furnace_integration_test(scheduler_redis_contract_test
  SOURCES contract/scheduler/redis_test.cc
  DEPS furnace_scheduler_storage)

furnace_integration_test(scheduler_postgres_contract_test
  SOURCES contract/scheduler/postgres_test.cc
  DEPS furnace_scheduler_storage)
furnace_embed_migrations(scheduler_postgres_contract_test
  NAMESPACE furnace::scheduler::migrations HEADER tests/contract/scheduler/migrations.h
  FOLDER "${PROJECT_SOURCE_DIR}/migrations/scheduler")

furnace_integration_test(scheduler_batch_model_test
  SOURCES integration/scheduler/batch_model_test.cc
  DEPS furnace_scheduler_storage)

furnace_integration_test(scheduler_queue_model_test
  SOURCES integration/scheduler/queue_loss_model_test.cc integration/scheduler/queue_model_test.cc
  DEPS furnace_scheduler_storage)

# The whole scheduler in the test's process, with workers scripted over gRPC.
furnace_library(scheduler_service_support
  SOURCES support/scheduler/fake_suite.cc support/scheduler/scheduler_fixture.cc
    support/scheduler/worker_client.cc
  DEPS furnace_scheduler GTest::gtest)

furnace_integration_test(scheduler_service_test
  SOURCES integration/scheduler/durability_test.cc integration/scheduler/jobs_test.cc
    integration/scheduler/schedules_test.cc integration/scheduler/workers_test.cc
  DEPS scheduler_service_support
  LABELS grpc)
