#pragma once
// Parcel: one outgoing message on its way to any number of receivers, encoded at most once for each
// (encoding, framing), by the first who needs it.
//
// Made in the realm's serial step, read by shards on any thread. The slots are atomic pointers
// filled by compare-exchange: no lock, no wait; a loser of the race drops its copy. Apart from the
// slots a parcel is immutable once it is shared.

#include "common/base/bytes.hpp"
#include "common/wamp/messages.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace kreisel {

/// Messages up to here lie in one piece; above, the payload is a piece of its own, not copied.
inline constexpr std::size_t contiguous_bytes_max = 16U << 10U;
/// WebSocket messages above go out in fragments of at most this many bytes, headers not counted.
inline constexpr std::size_t fragment_bytes_max = 256U << 10U;
/// Longest message that a RawSocket prefix can tell.
inline constexpr std::size_t rawsocket_message_bytes_max = 16U << 20U;

/// Wire bytes of one message, header included. `first` holds a small message whole; a large one has
/// its header (and head) in `first` and the rest in `more`, which is written right behind it.
struct Frame {
    SharedBytes first;
    std::vector<SharedBytes> more;
    /// Places where another frame (a pong) may be put in between, each as the number of pieces
    /// before it, `first` included: the ends of all fragments but the last. Empty: one unbroken
    /// frame.
    std::vector<std::uint32_t> fragment_pieces;
    /// Bytes of the wire, all pieces. 0: too long for RawSocket, which cannot carry it.
    std::size_t size = 0;
    /// Bytes of the WAMP message without wire header.
    std::size_t message_size = 0;
};

class Parcel {
  public:
    explicit Parcel(Message&& message) : message_(std::move(message)) {}
    Parcel(const Parcel&) = delete;
    Parcel& operator=(const Parcel&) = delete;
    ~Parcel();

    [[nodiscard]] const Message& message() const { return message_; }
    /// The frame for one kind of receiver, encoded now if nobody did before. Any thread. The
    /// reference lives as long as the parcel; its bytes as long as anybody holds them.
    [[nodiscard]] const Frame& frame(Encoding encoding, Framing framing) const;

  private:
    friend class ParcelPtr;

    using FrameSlot = std::atomic<const Frame*>;

    [[nodiscard]] SharedBytes payload_in(Encoding encoding) const;
    [[nodiscard]] const Frame& add_frame(FrameSlot& slot, Frame made) const;

    Message message_;
    /// Room for the frame that is made first, most often the only one; who takes it owns it.
    mutable Frame own_frame_;
    mutable std::atomic<bool> is_own_frame_taken_{false};
    mutable std::atomic<std::uint32_t> references_{1};
    mutable std::array<FrameSlot, std::size_t{encoding_count} * framing_count> frames_{};
    /// Transcoded payloads, for the framings of an encoding to share.
    mutable std::array<std::atomic<const SharedBytes*>, encoding_count> payloads_{};
};

/// Shared ownership of a Parcel, one word.
class ParcelPtr {
  public:
    ParcelPtr() = default;
    [[nodiscard]] static ParcelPtr make(Message&& message) {
        return ParcelPtr(new Parcel(std::move(message)));
    }
    ParcelPtr(const ParcelPtr& other) noexcept : parcel_(other.parcel_) {
        if (parcel_ != nullptr) parcel_->references_.fetch_add(1, std::memory_order_relaxed);
    }
    ParcelPtr(ParcelPtr&& other) noexcept : parcel_(std::exchange(other.parcel_, nullptr)) {}
    ParcelPtr& operator=(ParcelPtr other) noexcept {
        std::swap(parcel_, other.parcel_);
        return *this;
    }
    ~ParcelPtr() {
        if (parcel_ != nullptr &&
            parcel_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete parcel_;
        }
    }
    const Parcel* operator->() const { return parcel_; }
    const Parcel& operator*() const { return *parcel_; }
    [[nodiscard]] explicit operator bool() const { return parcel_ != nullptr; }

  private:
    explicit ParcelPtr(const Parcel* parcel) : parcel_(parcel) {}
    const Parcel* parcel_ = nullptr;
};

/// Counters of all parcels of the process, for metrics and tests.
struct ParcelCounters {
    /// Payloads turned into another encoding.
    std::uint64_t transcodes = 0;
    /// Transcodes thrown away because another shard was faster.
    std::uint64_t transcodes_lost = 0;
};
[[nodiscard]] ParcelCounters parcel_counters();

}  // namespace kreisel
