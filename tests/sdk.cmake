# Tests of the Python package and of the example that uses it.

add_test(NAME sdk
  COMMAND /usr/bin/python3 -m unittest discover -s "${PROJECT_SOURCE_DIR}/tests/sdk")
set_tests_properties(sdk PROPERTIES
  LABELS unit TIMEOUT 120
  ENVIRONMENT "PYTHONPATH=${PROJECT_SOURCE_DIR}/sdk/python")
