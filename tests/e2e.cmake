# End-to-end tests: the built programs as processes, driven over REST.

# furnace_e2e_test(<name> [LONG])
#
# tests/e2e/<name>.py as one ctest. It starts its own suite on free ports, and waits more than
# it works: LONG ones begin first.
function(furnace_e2e_test name)
  cmake_parse_arguments(ARG "LONG" "" "" ${ARGN})
  if(ARG_LONG)
    set(cost 100)
  else()
    set(cost 10)
  endif()
  add_test(NAME e2e_${name}
    COMMAND /usr/bin/python3 "${PROJECT_SOURCE_DIR}/tests/e2e/${name}.py")
  set_tests_properties(e2e_${name} PROPERTIES
    LABELS e2e TIMEOUT 600 COST ${cost}
    ENVIRONMENT "FURNACE_BIN=$<TARGET_FILE_DIR:furnace-gateway>;PYTHONDONTWRITEBYTECODE=1;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support:${PROJECT_SOURCE_DIR}/sdk/python")
endfunction()

furnace_e2e_test(main_road_test)
furnace_e2e_test(placement_test)
furnace_e2e_test(affinity_test)
furnace_e2e_test(fairness_test LONG)
furnace_e2e_test(payload_test)
furnace_e2e_test(result_test LONG)
furnace_e2e_test(billing_test)
furnace_e2e_test(audit_test)
furnace_e2e_test(prices_test)
furnace_e2e_test(handler_faults_test LONG)
furnace_e2e_test(runpod_worker_test LONG)
furnace_e2e_test(queue_policy_test LONG)
furnace_e2e_test(dependency_test)
furnace_e2e_test(schedule_test)
furnace_e2e_test(window_test)
furnace_e2e_test(batch_test)
furnace_e2e_test(webhook_test LONG)
furnace_e2e_test(bad_input_test)
furnace_e2e_test(tenancy_test LONG)
furnace_e2e_test(cancel_test)
furnace_e2e_test(worker_protocol_test)
furnace_e2e_test(gpu_test)
furnace_e2e_test(stream_test)
furnace_e2e_test(many_streams_test LONG)
# Thousands of connections at a time, so that little else should run meanwhile.
set_tests_properties(e2e_many_streams_test PROPERTIES PROCESSORS 4 COST 1000)
furnace_e2e_test(forecast_test)
furnace_e2e_test(kill_test LONG)
furnace_e2e_test(runpod_kill_test LONG)
furnace_e2e_test(outage_test)
furnace_e2e_test(durability_test LONG)
furnace_e2e_test(backpressure_test)
furnace_e2e_test(runpod_client_test LONG)
furnace_e2e_test(runpod_sdk_test)
# What tests/e2e/sinks_test.py records usage with.
add_executable(usage_feeder support/usage_feeder.cc)
target_link_libraries(usage_feeder PRIVATE furnace_rpc furnace_proto furnace_warnings)
furnace_e2e_test(sinks_test)
furnace_e2e_test(sink_kinds_test)
