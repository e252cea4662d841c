# Compiler flags of our own targets, as the interface target kreisel_flags.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_RUNTIME_OUTPUT_DIRECTORY)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endif()

find_program(KREISEL_CCACHE ccache)
if(KREISEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KREISEL_CCACHE})
endif()

add_library(kreisel_flags INTERFACE)
target_include_directories(kreisel_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(kreisel_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                               -Wnon-virtual-dtor -Werror)

find_program(KREISEL_MOLD mold)
if(KREISEL_MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  # gcc 12.1 and clang 12 or newer take the name; older ones would need -B.
  add_link_options(-fuse-ld=mold)
endif()

if(KREISEL_SANITIZE)
  add_compile_options(-fsanitize=${KREISEL_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KREISEL_SANITIZE})
endif()
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  # Two types of one name in two folders: only the linker sees them.
  add_link_options(-Werror=odr)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Archives that are installed must link without LTO, too (packaging/library).
    set(CMAKE_CXX_COMPILE_OPTIONS_IPO -flto=auto -ffat-lto-objects)
  endif()
endif()
if(KREISEL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(KREISEL_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(KREISEL_TIDY)
  find_program(KREISEL_CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${KREISEL_CLANG_TIDY} --quiet)
endif()
