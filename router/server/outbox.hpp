#pragma once
// Outbox: what waits to be written to one connection, in order, with its size known.
//
// Confined to the connection's shard. Data frames queue up; control bytes (pongs, pings, handshake
// answers) go in at the next frame boundary, so that a pong never waits behind a full queue. A
// written frame drops its bytes at once; an empty outbox owns almost no memory.

#include "common/base/bytes.hpp"
#include "common/codec/parcel.hpp"

#include <cstddef>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace kreisel {

class Outbox {
  public:
    /// Queues the pieces of `frame`.
    void push(const Frame& frame);
    /// Queues one unbroken run of bytes as a frame.
    void push(SharedBytes bytes);
    /// Goes out at the next frame boundary, before queued frames.
    void push_control(std::span<const std::uint8_t> bytes);

    /// Fills `buffers` with what is to be written next; returns how many were filled. Stops at
    /// `bytes_max` once at least one buffer is taken.
    [[nodiscard]] std::size_t gather(std::span<iovec> buffers, std::size_t bytes_max);
    /// `count` bytes of what gather() gave were written.
    void consume(std::size_t count);

    [[nodiscard]] bool empty() const {
        return head_ == pieces_.size() && urgent_.empty() && control_.size() == 0;
    }
    /// Bytes of data frames still to be written.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// Pieces still to be written: one a frame but for large ones.
    [[nodiscard]] std::size_t pieces() const { return pieces_.size() - head_; }
    [[nodiscard]] std::size_t control_bytes() const { return control_.size() + urgent_.size(); }
    /// Forgets what is queued but for the rest of a frame that is partly written.
    void drop_unsent();
    /// Forgets everything.
    void clear();

  private:
    struct Piece {
        SharedBytes bytes;
        bool ends_frame = true;
    };

    [[nodiscard]] bool is_at_boundary() const { return is_boundary_ && offset_ == 0; }
    void compact();

    std::vector<Piece> pieces_;
    std::size_t head_ = 0;
    std::size_t offset_ = 0;  ///< written bytes of the head piece
    std::size_t bytes_ = 0;
    SharedBytes urgent_;  ///< control bytes being written
    ByteWriter control_;
    bool is_boundary_ = true;  ///< the piece before the head ended a frame
};

}  // namespace kreisel
