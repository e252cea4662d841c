#include "common/net/merge.hpp"

#include <cstring>

namespace kreisel {

namespace {

constexpr std::size_t small = 1024;

}  // namespace

std::span<iovec> merge_small(std::span<const iovec> buffers, CopyRoom& room,
                             std::array<iovec, pieces_at_once>& pieces) {
    if (buffers.size() == 1) {
        pieces[0] = buffers[0];
        return std::span(pieces).first(1);
    }
    std::size_t count = 0;
    std::size_t used = 0;
    bool is_open = false;  // the last piece lies in `room` and may grow
    for (const iovec& buffer : buffers) {
        if (buffer.iov_len > small) {
            if (count == pieces.size()) break;
            pieces[count++] = buffer;
            is_open = false;
            continue;
        }
        if (buffer.iov_len > room.bytes.size() - used) break;
        if (!is_open) {
            if (count == pieces.size()) break;
            pieces[count++] = {room.bytes.data() + used, 0};
            is_open = true;
        }
        std::memcpy(room.bytes.data() + used, buffer.iov_base, buffer.iov_len);
        used += buffer.iov_len;
        pieces[count - 1].iov_len += buffer.iov_len;
    }
    return std::span(pieces).first(count);
}

}  // namespace kreisel
