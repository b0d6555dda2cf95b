# Tests of metering.
furnace_library(metering_test_support
  SOURCES support/metering_records.cc support/metering_memory_store.cc
    support/metering_memory_sinks.cc support/metering_memory_prices.cc
    support/metering_memory_corrections.cc
    support/metering_memory_reports.cc
    support/metering_memory_invoices.cc
    support/metering_memory_credits.cc
    support/metering_memory_budgets.cc
  DEPS furnace_metering_app)

furnace_test(metering_domain_test
  SOURCES
    unit/metering/domain/budget_test.cc
    unit/metering/domain/usage_test.cc
    unit/metering/domain/pricing_test.cc
    unit/metering/domain/rate_card_test.cc
    unit/metering/domain/billing_test.cc
    unit/metering/domain/usage_sums_test.cc
    unit/metering/domain/usage_query_test.cc
    unit/metering/domain/names_test.cc
    unit/metering/domain/canonical_test.cc
    unit/metering/domain/ledger_test.cc
    unit/metering/domain/audit_test.cc
    unit/metering/domain/decimal_test.cc
    unit/metering/domain/delivery_test.cc
    unit/metering/domain/sink_event_test.cc
    unit/metering/domain/invoice_test.cc
    unit/metering/domain/invoice_audit_test.cc
    unit/metering/domain/invoice_charges_test.cc
    unit/metering/domain/month_test.cc
    unit/metering/domain/invoice_quantity_test.cc
    unit/metering/domain/cost_query_test.cc
    unit/metering/domain/estimate_test.cc
    unit/metering/domain/forecast_test.cc
    unit/metering/domain/price_change_test.cc
    unit/metering/domain/terms_test.cc
    unit/metering/domain/rate_terms_test.cc
    unit/metering/domain/correction_test.cc
    unit/metering/domain/net_charges_test.cc unit/metering/domain/credits_test.cc
    unit/metering/domain/attributes_test.cc unit/metering/domain/subsidy_test.cc
    unit/metering/domain/credit_reference_test.cc
  DEPS metering_test_support Boost::headers)

furnace_test(metering_app_test
  SOURCES
    unit/metering/app/budget_alerts_test.cc
    unit/metering/app/budget_desk_test.cc
    unit/metering/app/rate_cards_test.cc
    unit/metering/app/usage_recorder_test.cc
    unit/metering/app/usage_reader_test.cc
    unit/metering/app/ledger_lines_test.cc
    unit/metering/app/ledger_reader_test.cc
    unit/metering/app/sink_desk_test.cc
    unit/metering/app/sink_json_test.cc
    unit/metering/app/sink_pump_test.cc
    unit/metering/app/throttle_watch_test.cc
    unit/metering/app/price_desk_test.cc
    unit/metering/app/term_desk_test.cc
    unit/metering/app/correction_steps_test.cc
    unit/metering/app/corrector_test.cc
    unit/metering/app/cost_reporter_test.cc
    unit/metering/app/csv_test.cc
    unit/metering/app/invoice_commit_test.cc
    unit/metering/app/invoice_csv_test.cc
    unit/metering/app/invoice_desk_test.cc
    unit/metering/app/invoice_duty_test.cc
    unit/metering/app/invoice_focus_test.cc
    unit/metering/app/invoice_html_test.cc
    unit/metering/app/invoice_maker_test.cc
    unit/metering/app/credit_book_test.cc
    unit/metering/app/credit_desk_test.cc
    unit/metering/app/period_preview_test.cc
    unit/metering/app/subsidy_adjuster_test.cc
    unit/metering/app/subsidy_desk_test.cc
    unit/metering/app/subsidy_json_test.cc
    unit/metering/config_test.cc
    unit/metering/sinks_config_test.cc
    unit/metering/credits_config_test.cc
  DEPS metering_test_support furnace_metering_config)

furnace_test(metering_rpc_test
  SOURCES
    unit/metering/rpc/page_token_test.cc
    unit/metering/rpc/convert_test.cc
    unit/metering/rpc/handlers_test.cc
    unit/metering/rpc/budget_handlers_test.cc
    unit/metering/rpc/sink_handlers_test.cc
    unit/metering/rpc/price_handlers_test.cc
    unit/metering/rpc/correction_handlers_test.cc
    unit/metering/rpc/report_handlers_test.cc
    unit/metering/rpc/invoice_handlers_test.cc
    unit/metering/rpc/credit_handlers_test.cc
  DEPS metering_test_support furnace_metering_rpc)

furnace_test(metering_sinks_test
  SOURCES
    unit/metering/clients/sink_dialect_test.cc
    unit/metering/clients/waybill_throttles_test.cc
    unit/metering/clients/opa_agent_test.cc
    unit/metering/storage/file_archive_test.cc
    unit/metering/storage/s3_archive_test.cc
  DEPS metering_test_support furnace_metering_clients furnace_metering_archive)

furnace_library(metering_property_support
  SOURCES support/metering_reference.cc contract/metering/usage_history.cc
  DEPS metering_test_support Boost::headers)

furnace_test(metering_memory_contract_test
  SOURCES
    contract/metering/memory_budget_store_test.cc
    contract/metering/memory_usage_store_test.cc
    contract/metering/memory_usage_history_test.cc
    contract/metering/memory_sink_store_test.cc
    contract/metering/memory_price_store_test.cc
    contract/metering/memory_report_store_test.cc
    contract/metering/memory_invoice_store_test.cc
    contract/metering/memory_credit_store_test.cc
  DEPS metering_test_support metering_property_support)

furnace_library(metering_postgres_support
  SOURCES support/metering_postgres.cc
  DEPS furnace_metering_storage)

furnace_integration_test(metering_postgres_contract_test
  SOURCES
    contract/metering/postgres_budget_store_test.cc
    contract/metering/postgres_usage_store_test.cc
    contract/metering/postgres_usage_history_test.cc
    contract/metering/postgres_sink_store_test.cc
    contract/metering/postgres_price_store_test.cc
    contract/metering/postgres_report_store_test.cc
    contract/metering/postgres_invoice_store_test.cc
    contract/metering/postgres_credit_store_test.cc
  DEPS metering_test_support metering_property_support metering_postgres_support)

furnace_integration_test(metering_storage_test
  SOURCES
    integration/metering/schema_test.cc
    integration/metering/concurrency_test.cc
    integration/metering/ledger_test.cc
    integration/metering/invoice_test.cc
  DEPS metering_test_support metering_postgres_support)
# A test migrates half-way.
target_include_directories(metering_storage_test PRIVATE "${PROJECT_BINARY_DIR}/generated")

furnace_integration_test(metering_service_test
  SOURCES integration/metering/service_test.cc
  DEPS metering_test_support metering_postgres_support furnace_metering_rpc
    furnace_metering_monitor
  LABELS grpc)

# The same histories against a reference that shares no line with the service.
add_test(NAME metering_reference
  COMMAND /usr/bin/python3 "${PROJECT_SOURCE_DIR}/tests/support/with_servers.py" /usr/bin/python3
    "${CMAKE_CURRENT_SOURCE_DIR}/integration/metering/reference_test.py"
    "$<TARGET_FILE:metering_postgres_contract_test>")
set_tests_properties(metering_reference PROPERTIES LABELS integration TIMEOUT 600)
