# Tests of gateway.
add_library(gateway_http_testing STATIC
  support/gateway_backends.cc support/gateway_client.cc support/gateway_web_socket.cc)
target_link_libraries(gateway_http_testing PUBLIC furnace_gateway_http PRIVATE furnace_warnings)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_FLAGS MATCHES "sanitize=thread")
  target_compile_options(gateway_http_testing PRIVATE -Wno-tsan)
endif()
add_library(gateway_testing STATIC
  support/gateway_harness.cc support/gateway_services.cc)
target_link_libraries(gateway_testing PUBLIC
  gateway_http_testing furnace_gateway_clients furnace_gateway_rpc
  PRIVATE furnace_warnings)

furnace_test(gateway_unit_test
  SOURCES
    unit/gateway/app/authenticator_test.cc unit/gateway/app/endpoint_names_test.cc
    unit/gateway/domain/credentials_test.cc unit/gateway/domain/key_cache_test.cc
    unit/gateway/domain/limits_test.cc unit/gateway/domain/lru_map_test.cc
    unit/gateway/domain/output_links_test.cc unit/gateway/domain/role_test.cc
  DEPS furnace_gateway_app)
furnace_test(gateway_http_unit_test
  SOURCES
    unit/gateway/http/answer_room_test.cc unit/gateway/http/binding_test.cc unit/gateway/http/errors_test.cc
    unit/gateway/http/json_to_message_test.cc unit/gateway/http/message_to_json_test.cc
    unit/gateway/http/openapi_test.cc unit/gateway/http/request_reader_test.cc
    unit/gateway/http/router_test.cc unit/gateway/http/target_test.cc
    unit/gateway/http/runpod/endpoint_view_test.cc unit/gateway/http/runpod/job_id_test.cc
    unit/gateway/http/runpod/query_test.cc unit/gateway/http/runpod/run_request_test.cc
    unit/gateway/http/runpod/stream_cursors_test.cc unit/gateway/http/runpod/stream_view_test.cc
    unit/gateway/http/transcoder_test.cc unit/gateway/wire/methods_test.cc
  DEPS furnace_gateway_http)
target_compile_definitions(gateway_http_unit_test PRIVATE
  FURNACE_PROTO_FOLDER="${PROJECT_SOURCE_DIR}/proto/furnace/v1")

furnace_test(gateway_contract_test
  SOURCES contract/gateway/endpoint_directory_test.cc contract/gateway/key_directory_test.cc
  DEPS gateway_testing
  LABELS grpc)

furnace_test(gateway_integration_test
  SOURCES
    integration/gateway/drain_test.cc integration/gateway/front_door_test.cc
    integration/gateway/http_protocol_test.cc integration/gateway/output_test.cc
    integration/gateway/rest_test.cc integration/gateway/runpod_test.cc
    integration/gateway/stream_test.cc
  DEPS gateway_testing
  LABELS grpc)

# Links gRPC, as the wire types do, but runs none of it.
furnace_test(gateway_race_test
  SOURCES integration/gateway/server_race_test.cc
  DEPS gateway_http_testing)
