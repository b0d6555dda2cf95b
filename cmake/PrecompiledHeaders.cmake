# What most sources include, parsed once for all of them. Not in the presets release, clang and
# lint: there each file has to stand on its own includes.
option(FURNACE_PRECOMPILE "Precompile common headers" OFF)

# What some of our libraries want defined, and the headers are sensitive to: for all alike.
function(furnace_define_for_headers target)
  target_compile_definitions(${target} PRIVATE _REENTRANT _FILE_OFFSET_BITS=64)
endfunction()

# furnace_precompiled_headers(<name> HEADERS ... DEPS ...)
#
# For targets that have the compile options of this folder and link DEPS.
function(furnace_precompiled_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  if(FURNACE_PRECOMPILE)
    file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc" "")
    add_library(${name} OBJECT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc")
    target_link_libraries(${name} PRIVATE ${ARG_DEPS} furnace_warnings)
    furnace_define_for_headers(${name})
    target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
  endif()
endfunction()

# furnace_use_precompiled(<target> <name>)
function(furnace_use_precompiled target name)
  if(TARGET ${name})
    furnace_define_for_headers(${target})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
