// Payloads of any kind read as C++ types: taken or refused with a reason, within a time that grows
// with their size. What was taken is written, passes the door and reads back as it was, in every
// encoding. First octet: the encoding of the rest, a message.
#include "binary_referee.hpp"
#include "client/core/error.hpp"
#include "client/values/values.hpp"
#include "common/codec/codec.hpp"

using namespace kreisel;
using namespace kreisel::client;

namespace {

enum class Size : std::uint8_t { small, large };
KREISEL_ENUM(Size, small, large)

struct Node;
using Either = std::variant<std::monostate, bool, std::int16_t, std::string, std::vector<Node>,
                            std::map<std::string, Node>, Value>;

/// Of its own kind, with alternatives at each level.
struct Node {
    std::optional<std::int64_t> n;
    std::vector<Either> l;
    std::optional<Size> size;
};
KREISEL_STRUCT(Node, n, l, size)

using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using Scalar = std::variant<std::uint8_t, std::uint64_t, bool, Blob, Time, std::string,
                            std::array<std::int8_t, 2>, std::vector<std::string>>;

/// `payload` as it arrives at the other side.
Payload arrived(const Payload& payload) {
    const Publish publish{RequestId(1), {}, "t", payload};
    ByteWriter writer;
    encode(Message(publish), payload.encoding, writer);
    const auto message = decode(payload.encoding, std::move(writer).take(), {512});
    FUZZ_CHECK(message);
    return *payload_of(*message);
}

void check_reason(const Mismatch& mismatch) {
    FUZZ_CHECK(!mismatch.path.empty() && !mismatch.expected.empty() && !mismatch.got.empty());
    const std::string text = mismatch.text();
    FUZZ_CHECK(is_valid_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
}

template <class T>
void check(const Payload& payload) {
    const auto read = read_arguments<T>(payload, Surplus::ignored);
    if (!read) return check_reason(read.error());
    for (unsigned e = 0; e < encoding_count; ++e) {
        const auto encoding = static_cast<Encoding>(e);
        const Payload written = make_arguments(encoding, std::get<0>(*read));
        const auto again = read_arguments<T>(arrived(written));
        // JSON takes some text for binary and has no infinity, which may then be no T.
        if (encoding == Encoding::json && !again) continue;
        FUZZ_CHECK(again);
        const Payload twice = make_arguments(encoding, std::get<0>(*again));
        FUZZ_CHECK(twice.bytes.text() == written.bytes.text());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto encoding = static_cast<Encoding>(data[0] % encoding_count);
    const auto message = decode(encoding, SharedBytes::copy_of({data + 1, size - 1}), {});
    if (!message) return 0;
    const Payload* payload = payload_of(*message);
    if (payload == nullptr) return 0;

    check<Value>(*payload);
    check<Node>(*payload);
    check<Scalar>(*payload);
    check<std::vector<Either>>(*payload);
    check<std::map<std::string, std::vector<std::optional<double>>>>(*payload);
    const auto named = read_arguments<Rest, Kwargs<Node>>(*payload);
    if (!named) check_reason(named.error());
    const auto reply = read_result<Reply>(*payload);
    FUZZ_CHECK(reply);
    FUZZ_CHECK(payload->is_opaque || reply->kwargs.size() == read_payload(*payload).kwargs.size());
    return 0;
}
