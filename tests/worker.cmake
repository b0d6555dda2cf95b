# Tests of worker.
add_library(furnace_worker_support STATIC
  support/worker/fake_scheduler.cc support/worker/worker_process.cc)
target_link_libraries(furnace_worker_support PUBLIC
  furnace_proto furnace_rpc GTest::gtest PRIVATE furnace_warnings)
target_include_directories(furnace_worker_support PUBLIC "${PROJECT_SOURCE_DIR}")
target_compile_definitions(furnace_worker_support PRIVATE
  FURNACE_TEST_WORKER_BINARY="$<TARGET_FILE:furnace-worker>"
  FURNACE_TEST_HANDLERS="${PROJECT_SOURCE_DIR}/tests/support/worker/handlers"
  FURNACE_TEST_PYTHONPATH="${PROJECT_SOURCE_DIR}/sdk/python")
add_dependencies(furnace_worker_support furnace-worker)

# furnace_worker_process_test(<name> SOURCES ...): the real agent and handlers against
# a scheduler in the test. Needs no servers.
function(furnace_worker_process_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE furnace_worker_support GTest::gmock_main furnace_warnings)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "integration;grpc" TIMEOUT 300 COST 10)
endfunction()
furnace_worker_process_test(worker_jobs_test SOURCES integration/worker/jobs_test.cc)
furnace_worker_process_test(worker_lifecycle_test SOURCES integration/worker/lifecycle_test.cc)
furnace_worker_process_test(worker_handlers_test SOURCES integration/worker/handlers_test.cc)

add_library(furnace_worker_agent_support STATIC support/worker/agent_fixture.cc)
target_link_libraries(furnace_worker_agent_support PUBLIC furnace_worker_app GTest::gtest
  PRIVATE furnace_warnings)
furnace_test(worker_agent_test
  SOURCES unit/worker/app/agent_events_test.cc unit/worker/app/agent_gpu_test.cc unit/worker/app/agent_jobs_test.cc
    unit/worker/app/agent_lifecycle_test.cc unit/worker/app/agent_monitor_test.cc unit/worker/app/agent_prefetch_test.cc
    unit/worker/app/agent_stops_test.cc unit/worker/app/token_usage_test.cc
    unit/worker/app/unstored_progress_test.cc
  DEPS furnace_worker_agent_support)
furnace_test(worker_domain_test
  SOURCES unit/worker/domain/attempt_state_test.cc unit/worker/domain/attempts_test.cc
    unit/worker/domain/gpu_test.cc unit/worker/domain/gpu_peaks_test.cc
    unit/worker/domain/handler_environment_test.cc unit/worker/domain/held_jobs_test.cc
    unit/worker/domain/loose_json_test.cc
    unit/worker/domain/policies_test.cc unit/worker/domain/prefetch_test.cc unit/worker/domain/spool_record_test.cc
    unit/worker/domain/text_test.cc
  DEPS furnace_worker_domain)
furnace_test(worker_adapters_test
  SOURCES unit/worker/config_test.cc unit/worker/http/protocol_test.cc
    unit/worker/process/line_reader_test.cc unit/worker/spool/file_spool_test.cc
  DEPS furnace_worker_config furnace_worker_http furnace_worker_process furnace_worker_spool)
# A libnvidia-ml that says what a test wants.
add_library(furnace_fake_nvml SHARED support/worker/fake_nvml.cc)
target_include_directories(furnace_fake_nvml PRIVATE "${PROJECT_SOURCE_DIR}")
target_link_libraries(furnace_fake_nvml PRIVATE ${CMAKE_DL_LIBS} furnace_warnings)
set_target_properties(furnace_fake_nvml PROPERTIES OUTPUT_NAME fake-nvml
  LIBRARY_OUTPUT_DIRECTORY "$<TARGET_FILE_DIR:furnace-worker>")
furnace_test(worker_gpu_test
  SOURCES unit/worker/gpu/gpu_monitor_test.cc unit/worker/gpu/nvml_driver_test.cc
    unit/worker/gpu/process_kin_test.cc
  DEPS furnace_worker_gpu)
furnace_worker_process_test(worker_gpu_report_test SOURCES integration/worker/gpu_test.cc)
target_link_libraries(worker_gpu_report_test PRIVATE furnace_http)
foreach(test worker_gpu_test worker_gpu_report_test)
  target_compile_definitions(${test} PRIVATE
    FURNACE_TEST_NVML_LIBRARY="$<TARGET_FILE:furnace_fake_nvml>")
  add_dependencies(${test} furnace_fake_nvml)
endforeach()
furnace_test(worker_convert_test
  SOURCES unit/worker/clients/convert_test.cc unit/worker/clients/send_queue_test.cc
  DEPS furnace_worker_clients)
furnace_test(worker_spool_contract_test SOURCES contract/worker/spool_contract_test.cc
  DEPS furnace_worker_spool)
