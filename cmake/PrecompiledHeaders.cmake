# What most sources include, parsed once for all of them. Only the preset dev does so: with
# the others each file has to stand on its own includes.
option(FURNACE_PRECOMPILE "Precompile common headers" OFF)

# furnace_precompiled_headers(<name> <header>...): headers for targets that are compiled with
# the options of this folder, which are all that come after it here and below.
function(furnace_precompiled_headers name)
  if(NOT FURNACE_PRECOMPILE)
    return()
  endif()
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc" "")
  add_library(${name} OBJECT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc")
  target_link_libraries(${name} PRIVATE fmt::fmt absl::statusor absl::synchronization GTest::gmock
    furnace_warnings)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  set(FURNACE_PRECOMPILED ${name} PARENT_SCOPE)
endfunction()

# furnace_use_precompiled(<target>)
function(furnace_use_precompiled target)
  if(FURNACE_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${FURNACE_PRECOMPILED})
  endif()
endfunction()
