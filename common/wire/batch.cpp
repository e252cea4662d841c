#include "common/wire/batch.hpp"

#include <cstring>

namespace kreisel {

namespace {

/// One batch cannot make more slices than this: each costs more memory than its shortest message.
constexpr std::size_t batch_messages_max = 1U << 18U;
constexpr std::string_view too_many = "batch of too many messages";

std::string_view split_json(const SharedBytes& batch, std::vector<WireMessage>& messages) {
    std::size_t count = 0;
    for (std::size_t start = 0; start < batch.size();) {
        const void* found = std::memchr(batch.data() + start, json_batch_end, batch.size() - start);
        if (found == nullptr) return "batch does not end with its separator";
        const auto end =
            static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - batch.data());
        if (end == start) return "empty message in a batch";
        if (++count > batch_messages_max) return too_many;
        messages.push_back({batch.slice(start, end - start), true});
        start = end + 1;
    }
    return {};
}

std::string_view split_prefixed(const SharedBytes& batch, std::vector<WireMessage>& messages) {
    std::size_t count = 0;
    for (std::size_t start = 0; start < batch.size();) {
        if (batch.size() - start < batch_prefix_bytes) return "batch ends within a length";
        const std::uint8_t* prefix = batch.data() + start;
        const std::size_t size = std::size_t{prefix[0]} << 24U | std::size_t{prefix[1]} << 16U |
                                 std::size_t{prefix[2]} << 8U | prefix[3];
        start += batch_prefix_bytes;
        if (size == 0) return "empty message in a batch";
        if (size > batch.size() - start) return "length reaches beyond the batch";
        if (++count > batch_messages_max) return too_many;
        messages.push_back({batch.slice(start, size), false});
        start += size;
    }
    return {};
}

}  // namespace

std::string_view split_batch(Encoding encoding, const SharedBytes& batch,
                             std::vector<WireMessage>& messages) {
    if (batch.empty()) return "empty batch";
    return is_text(encoding) ? split_json(batch, messages) : split_prefixed(batch, messages);
}

}  // namespace kreisel
