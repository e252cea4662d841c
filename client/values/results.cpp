#include "client/values/results.hpp"

#include "common/codec/codec.hpp"

namespace kreisel::client::detail {

Reply read_reply(const Payload& payload) {
    Arguments arguments = read_payload(payload);
    return {std::move(arguments.args), std::move(arguments.kwargs)};
}

Payload in_encoding(const Payload& payload, Encoding encoding) {
    Payload other = payload;
    other.bytes = payload_bytes(payload, encoding);
    other.encoding = encoding;
    return other;
}

}  // namespace kreisel::client::detail
