# What most sources include, parsed once for all of them. Only the preset dev does so: with
# the others each file has to stand on its own includes.
option(FURNACE_PRECOMPILE "Precompile common headers" OFF)

# furnace_precompiled_headers(<name> HEADERS ... DEPS ...)
#
# For targets that have the compile options of this folder and link DEPS.
function(furnace_precompiled_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  if(FURNACE_PRECOMPILE)
    file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc" "")
    add_library(${name} OBJECT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc")
    target_link_libraries(${name} PRIVATE ${ARG_DEPS} furnace_warnings)
    target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
  endif()
endfunction()

# furnace_use_precompiled(<target> <name>)
function(furnace_use_precompiled target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
