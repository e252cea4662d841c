// Batched messages: what they are cut into makes the same octets again, and what is refused breaks
// the rules told over again here. First octet: the encoding.
#include "common/base/check.hpp"
#include "common/wire/batch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace kreisel;

/// The batch of these messages.
std::string joined(const std::vector<WireMessage>& messages, bool is_text) {
    std::string batch;
    for (const WireMessage& message : messages) {
        if (is_text) {
            batch.append(message.bytes.text()) += '\x1e';
            continue;
        }
        for (unsigned shift = 32; shift > 0;) {
            shift -= 8;
            batch += static_cast<char>(message.bytes.size() >> shift & 0xFFU);
        }
        batch.append(message.bytes.text());
    }
    return batch;
}

/// Whether `rest` begins with a whole message that is not empty.
bool has_message(std::string_view rest, bool is_text) {
    if (is_text) {
        const std::size_t end = rest.find('\x1e');
        return end != std::string_view::npos && end > 0;
    }
    if (rest.size() < 4) return false;
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8U | static_cast<std::uint8_t>(rest[std::size_t(i)]);
    return size > 0 && size <= rest.size() - 4;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto encoding = static_cast<Encoding>(data[0] % encoding_count);
    const bool is_text = encoding == Encoding::json;
    const std::string_view batch(reinterpret_cast<const char*>(data + 1), size - 1);
    std::vector<WireMessage> messages;

    const std::string_view fault = split_batch(encoding, SharedBytes::copy_of(batch), messages);

    const std::string again = joined(messages, is_text);
    CHECK(batch.substr(0, again.size()) == again, "messages are slices of the batch, in order");
    for (const WireMessage& message : messages) {
        CHECK(!message.bytes.empty() && message.is_text == is_text, "messages are not empty");
    }
    const std::string_view rest = batch.substr(again.size());
    if (fault.empty()) {
        CHECK(rest.empty() && !messages.empty(), "a good batch is cut to its end");
    } else {
        CHECK(!has_message(rest, is_text), "what is refused is no message");
    }
    return 0;
}
