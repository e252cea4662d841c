// Small pieces copied together before a write: the kernel takes longer over each piece than a copy
// of it takes.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>

namespace kreisel {

/// Pieces of one write: as many as Linux copies without asking for memory (UIO_FASTIOV).
inline constexpr std::size_t pieces_at_once = 8;

/// Where small pieces are copied to; on the stack of the one who writes, and so not cleared.
struct CopyRoom {
    std::array<std::uint8_t, 32768> bytes;
};

/// The first octets of `buffers`, in order, as at most pieces_at_once pieces. Neighbours of up to a
/// kilobyte each are copied into `room` and become one; larger ones stay where they are. Holds all
/// of `buffers` unless room or pieces run out: who writes goes on from what was written anyway.
std::span<iovec> merge_small(std::span<const iovec> buffers, CopyRoom& room,
                             std::array<iovec, pieces_at_once>& pieces);

}  // namespace kreisel
