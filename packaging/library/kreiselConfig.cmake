# find_package(kreisel): kreisel::client, and kreisel::router if it is asked for.
#
#     find_package(kreisel REQUIRED)
#     target_link_libraries(service PRIVATE kreisel::client)
#
#     find_package(kreisel REQUIRED COMPONENTS client router)

include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Boost 1.74)
find_dependency(OpenSSL)
find_dependency(ZLIB)
find_dependency(spdlog)
find_dependency(PkgConfig)

# What only pkg-config knows, as the target PkgConfig::PREFIX.
macro(kreisel_find_module prefix module)
  if(NOT TARGET PkgConfig::${prefix})
    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${module})
  endif()
  if(NOT TARGET PkgConfig::${prefix})
    set(kreisel_FOUND FALSE)
    set(kreisel_NOT_FOUND_MESSAGE "kreisel needs ${module}, which pkg-config does not find")
    return()
  endif()
endmacro()
kreisel_find_module(LIBCBOR libcbor)
kreisel_find_module(ARGON2 libargon2)

include(${CMAKE_CURRENT_LIST_DIR}/kreisel-common.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/kreisel-client.cmake)
set(kreisel_client_FOUND TRUE)

if("router" IN_LIST kreisel_FIND_COMPONENTS)
  find_dependency(yaml-cpp)
  find_dependency(SQLite3)
  kreisel_find_module(LIBPQ libpq)
  kreisel_find_module(PROMETHEUS prometheus-cpp-core)
  include(${CMAKE_CURRENT_LIST_DIR}/kreisel-router.cmake)
  set(kreisel_router_FOUND TRUE)
endif()

foreach(component IN LISTS kreisel_FIND_COMPONENTS)
  if(NOT kreisel_${component}_FOUND AND kreisel_FIND_REQUIRED_${component})
    set(kreisel_FOUND FALSE)
    set(kreisel_NOT_FOUND_MESSAGE "kreisel has no component ${component}")
  endif()
endforeach()
