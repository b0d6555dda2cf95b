# Every third-party library Furnace links, found once and given one name. All are
# Debian 12 packages. Debian ships no CMake config for protobuf, hiredis or
# simdjson that works, hence the other modes.
find_package(Threads REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(gRPC 1.51 CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(CURL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)

# google/api/annotations.proto, from golang-github-gogo-googleapis-dev.
find_path(GOOGLEAPIS_PROTO_DIR google/api/annotations.proto REQUIRED
  PATHS /usr/share/gocode/src/github.com/gogo/googleapis)

# mold links several times faster than ld where it is installed.
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
