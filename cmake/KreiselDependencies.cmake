# Third-party libraries, all from the distribution, as targets named kreisel_dep_*; their headers
# are SYSTEM, so that our warnings are ours.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(websocketpp REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(LIBCBOR REQUIRED IMPORTED_TARGET libcbor)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# msgpack-c's package is called msgpack on Debian 12 and msgpack-cxx later.
find_package(msgpack-cxx QUIET)
if(NOT msgpack-cxx_FOUND)
  find_package(msgpack REQUIRED)
endif()

function(kreisel_dependency name)
  add_library(kreisel_dep_${name} INTERFACE)
  target_link_libraries(kreisel_dep_${name} INTERFACE ${ARGN})
endfunction()

kreisel_dependency(asio Boost::boost Threads::Threads)
target_compile_definitions(kreisel_dep_asio INTERFACE BOOST_ASIO_NO_DEPRECATED
                                                      BOOST_ASIO_DISABLE_CONCEPTS)
kreisel_dependency(boost Boost::boost)
kreisel_dependency(openssl OpenSSL::SSL OpenSSL::Crypto)
kreisel_dependency(websocketpp Boost::boost ZLIB::ZLIB OpenSSL::Crypto)
kreisel_dependency(cbor PkgConfig::LIBCBOR)
kreisel_dependency(sqlite SQLite::SQLite3)
kreisel_dependency(postgresql PkgConfig::LIBPQ)
kreisel_dependency(argon2 PkgConfig::ARGON2)
kreisel_dependency(prometheus PkgConfig::PROMETHEUS)
kreisel_dependency(yaml yaml-cpp)
kreisel_dependency(spdlog spdlog::spdlog)
kreisel_dependency(cli CLI11::CLI11)

kreisel_dependency(rapidjson)
target_include_directories(kreisel_dep_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})

kreisel_dependency(msgpack)
if(TARGET msgpack-cxx)
  target_link_libraries(kreisel_dep_msgpack INTERFACE msgpack-cxx)
else()
  target_link_libraries(kreisel_dep_msgpack INTERFACE msgpackc-cxx)
endif()
