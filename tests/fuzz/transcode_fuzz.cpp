// Round trips through all encodings: what the door takes must be encodable in any encoding, pass
// the door again, and come back the same. First octet: the encoding of the rest.
#include "common/codec/codec.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace kreisel;

namespace {

[[noreturn]] void broken(const char* what) {
    std::fprintf(stderr, "transcode: %s\n", what);
    std::abort();
}

SharedBytes encoded(const Message& message, Encoding encoding) {
    ByteWriter writer;
    encode(message, encoding, writer);
    return std::move(writer).take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto origin = static_cast<Encoding>(data[0] % encoding_count);
    const auto message = decode(origin, SharedBytes::copy_of({data + 1, size - 1}), {});
    if (!message) return 0;

    for (unsigned e = 0; e < encoding_count; ++e) {
        const auto target = static_cast<Encoding>(e);
        const SharedBytes there = encoded(*message, target);
        const auto arrived = decode(target, there, {});
        if (!arrived) broken("refused by the next door");
        if (arrived->index() != message->index()) broken("another type of message");
        const Payload* payload = payload_of(*message);
        if (payload != nullptr && payload_of(*arrived)->elements != payload->elements) {
            broken("another number of elements");
        }
        // Told once, nothing more is lost: a second journey there and back changes no octet.
        if (target == origin) continue;
        const auto back = decode(origin, encoded(*arrived, origin), {});
        if (!back) broken("refused at home");
        if (encoded(*back, target).text() != there.text() && target == Encoding::json) {
            broken("the way back changes the text");
        }
    }
    return 0;
}
