# How this project makes targets: one library per folder (the arrows of docs/architecture.md are its
# link lines), one test program per folder of tests.

# kreisel_library(NAME LINKS...): all .cpp of the current folder; links are PUBLIC.
function(kreisel_library name)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_library(kreisel_${name} STATIC ${sources})
  target_link_libraries(kreisel_${name} PUBLIC kreisel_flags ${ARGN})
endfunction()

# kreisel_program(NAME SOURCES... LINKS...)
function(kreisel_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE kreisel_flags ${arg_LINKS})
endfunction()

# kreisel_test(LABEL NAME LINKS...): all .cpp of the current folder as one Boost.Test program, run
# once per program; its label is the kind of test. The precompiled header holds Boost.Test.
function(kreisel_test label name)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE kreisel_flags kreisel_test_main ${ARGN})
  target_precompile_headers(${name} REUSE_FROM kreisel_test_main)
  add_test(NAME ${name} COMMAND ${name} --log_level=message --color_output=no)
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600)
endfunction()
