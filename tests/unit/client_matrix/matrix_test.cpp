// The client against our router: every transport x serializer x completion token runs one text of
// operations (operations.hpp). The callee of a cell comes by another transport and serializer than
// its caller, so that each pair meets others, too.
#include "tests/unit/client_matrix/operations.hpp"
#include "tests/unit/client_net/certificates.hpp"

#include <array>
#include <filesystem>
#include <tuple>
#include <unistd.h>

namespace kreisel::client::matrix {

namespace {

constexpr std::array transports = {"ws", "wss", "tcp", "tcps", "unix"};
constexpr std::array encodings = {Encoding::json, Encoding::msgpack, Encoding::cbor};

/// A router with a listener for each transport.
struct Everywhere {
    client_test::Authority authority;
    std::string socket =
        (std::filesystem::temp_directory_path() / ("kreisel-" + std::to_string(::getpid())))
            .string();
    TestRouter router{yaml()};

    [[nodiscard]] std::string yaml() {
        const std::string certificate = authority.issue({.names = {"IP:127.0.0.2"}});
        return "listeners:\n  - {address: \"127.0.0.1:0\"}\n  - {address: \"127.0.0.2:0\", tls: "
               "{certificate: " +
               certificate + ", key: " + certificate + "}}\n  - {address: \"unix:" + socket +
               "\"}\n" + open_realm.substr(open_realm.find("shards"));
    }
    [[nodiscard]] Settings settings(std::size_t transport, Encoding encoding) const {
        const std::string scheme = transports[transport % transports.size()];
        Settings settings;
        settings.realm = "realm1";
        settings.encodings = {encoding};
        settings.tls.ca_file = authority.file();
        settings.url = scheme == "unix" ? "unix:" + socket : router.url(scheme_of_router(scheme));
        return settings;
    }
    [[nodiscard]] static std::string scheme_of_router(const std::string& scheme) {
        if (scheme == "tcp") return "rs";
        return scheme == "tcps" ? "rss" : scheme;
    }
};

template <class SomeFace>
void run_cell(const Everywhere& world, std::size_t transport, std::size_t encoding, int number) {
    SomeFace caller(world.settings(transport, encodings[encoding]));
    SomeFace callee(world.settings(transport + 1, encodings[(encoding + 1) % encodings.size()]));
    Cell<SomeFace> cell{caller, callee, number};
    for (const auto& operation : all_operations<SomeFace>) {
        BOOST_TEST_CONTEXT(operation.name) { operation.run(cell); }
    }
}

using Faces = std::tuple<Face<Callbacks>, Face<Futures>, Face<Results>,
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
                         Face<Coroutines>,
#endif
                         Face<Blocking>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(client_matrix)

BOOST_AUTO_TEST_CASE_TEMPLATE(every_operation_works_over_every_wire, SomeFace, Faces) {
    const Everywhere world;
    int number = 0;
    for (std::size_t transport = 0; transport < transports.size(); ++transport) {
        for (std::size_t encoding = 0; encoding < encodings.size(); ++encoding) {
            BOOST_TEST_CONTEXT(SomeFace::name << " over " << transports[transport] << " in "
                                              << to_text(encodings[encoding])) {
                run_cell<SomeFace>(world, transport, encoding, ++number);
            }
        }
    }
    BOOST_TEST(number == 15);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::matrix
