# furnace_proto_library(<target> PROTOS <file>... [GOOGLE <file>...])
#
# Messages of our PROTOS (paths below proto/) and of the GOOGLE protos that they
# import (paths below GOOGLEAPIS_PROTO_DIR), and gRPC stubs of *_service.proto. The target
# <target>_sources only generates them.
# Not protobuf_generate: it puts files from outside the tree in odd places.
function(furnace_proto_library target)
  cmake_parse_arguments(ARG "" "" "PROTOS;GOOGLE" ${ARGN})
  set(out "${PROJECT_BINARY_DIR}/generated/proto")
  file(MAKE_DIRECTORY "${out}")
  set(sources)
  foreach(proto IN LISTS ARG_PROTOS ARG_GOOGLE)
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(folder "${PROJECT_SOURCE_DIR}/proto")
    if(proto IN_LIST ARG_GOOGLE)
      set(folder "${GOOGLEAPIS_PROTO_DIR}")
    endif()
    set(generated "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
    set(grpc)
    if(stem MATCHES "_service$")
      list(APPEND generated "${out}/${stem}.grpc.pb.cc" "${out}/${stem}.grpc.pb.h")
      set(grpc "--grpc_out=${out}" "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
    endif()
    add_custom_command(OUTPUT ${generated}
      COMMAND protobuf::protoc -I "${PROJECT_SOURCE_DIR}/proto" -I "${GOOGLEAPIS_PROTO_DIR}"
        "--cpp_out=${out}" ${grpc} "${proto}"
      DEPENDS "${folder}/${proto}" COMMENT "protoc ${proto}" VERBATIM)
    list(APPEND sources ${generated})
  endforeach()
  add_custom_target(${target}_sources DEPENDS ${sources})
  add_library(${target} STATIC ${sources})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf gRPC::grpc++)
  target_include_directories(${target} SYSTEM PUBLIC "${out}")
endfunction()
