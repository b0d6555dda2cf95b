# Tests of the command line, of `furnace dev`, and of the house rules.
furnace_test(cli_test
  SOURCES unit/cli/input_test.cc unit/cli/session_test.cc unit/cli/settings_test.cc
    unit/cli/commands/arguments_test.cc unit/cli/commands/batch_view_test.cc
    unit/cli/commands/dollars_test.cc
    unit/cli/commands/endpoint_spec_test.cc unit/cli/commands/endpoint_view_test.cc
    unit/cli/commands/graph_request_test.cc unit/cli/commands/json_object_test.cc
    unit/cli/commands/receipt_file_test.cc unit/cli/commands/run_request_test.cc
    unit/cli/commands/schedule_spec_test.cc unit/cli/commands/worker_gpu_view_test.cc
    unit/cli/print/figures_test.cc unit/cli/print/table_test.cc unit/cli/print/terminal_test.cc
    unit/cli/rest/answer_test.cc unit/cli/rest/client_test.cc unit/cli/rest/line_stream_test.cc
    unit/cli/watch/job_view_test.cc
  DEPS furnace_cli)
furnace_test(cli_dev_test
  SOURCES unit/cli/dev/data_folder_test.cc unit/cli/dev/gpus_test.cc unit/cli/dev/layout_test.cc
    unit/cli/dev/ports_test.cc unit/cli/dev/process_test.cc unit/cli/dev/suite_test.cc
  DEPS furnace_cli_dev)

add_test(NAME tidy
  COMMAND /usr/bin/python3 "${PROJECT_SOURCE_DIR}/tools/tidy.py" "${PROJECT_SOURCE_DIR}")
add_test(NAME tidy_rules
  COMMAND /usr/bin/python3 "${PROJECT_SOURCE_DIR}/tools/tidy_test.py")
set_tests_properties(tidy tidy_rules PROPERTIES LABELS unit)

# furnace_cli_script_test(<name> <label> <script>): a Python program that is told where
# `furnace` is.
function(furnace_cli_script_test name label script)
  add_test(NAME ${name}
    COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/${script}" "$<TARGET_FILE:furnace>")
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600 COST 50)
endfunction()
furnace_cli_script_test(cli_commands integration integration/cli/commands_test.py)
furnace_cli_script_test(cli_webhook_commands integration integration/cli/webhook_commands_test.py)
furnace_cli_script_test(cli_sink_commands integration integration/cli/sink_commands_test.py)
furnace_cli_script_test(cli_price_commands integration integration/cli/price_commands_test.py)
furnace_cli_script_test(cli_report_commands integration integration/cli/report_commands_test.py)
furnace_cli_script_test(cli_credit_commands integration integration/cli/credit_commands_test.py)
furnace_cli_script_test(cli_budget_commands integration integration/cli/budget_commands_test.py)
furnace_cli_script_test(cli_tag_commands integration integration/cli/tag_commands_test.py)
furnace_cli_script_test(cli_project_commands integration integration/cli/project_commands_test.py)
furnace_cli_script_test(furnace_dev integration integration/cli/dev_test.py)
furnace_cli_script_test(furnace_dev_suite e2e integration/cli/suite_test.py)
furnace_cli_script_test(demo e2e integration/cli/demo_test.py)
