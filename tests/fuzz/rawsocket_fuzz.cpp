// RawSocket octets to the server and, with the lowest bit of the first octet set, to the client.
#include "common/wire/rawsocket.hpp"
#include "wire_cuts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kreisel;
    if (size == 0) return 0;
    const std::span<const std::uint8_t> input(data + 1, size - 1);
    if ((data[0] & 1U) != 0) {
        fuzz::check_cuts([] { return make_rawsocket_client({Encoding::msgpack, 2000}); }, input);
        return 0;
    }
    RawSocketServerSettings settings;
    settings.encodings = {Encoding::json, Encoding::cbor};
    settings.message_bytes_max = 2000;
    fuzz::check_cuts([&settings] { return make_rawsocket_server(settings); }, input);
    return 0;
}
