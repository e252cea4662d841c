#include "router/server/outbox.hpp"

#include "common/base/check.hpp"

#include <algorithm>

namespace kreisel {

namespace {

constexpr std::size_t kept_pieces = 64;
constexpr std::size_t compact_pieces = 1024;

iovec buffer_of(const SharedBytes& bytes, std::size_t offset) {
    return {const_cast<std::uint8_t*>(bytes.data()) + offset, bytes.size() - offset};
}

}  // namespace

void Outbox::push(const Frame& frame) {
    bytes_ += frame.size;
    pieces_.push_back({frame.first, frame.more.empty()});
    std::size_t index = 0;
    std::size_t next_fragment = 0;
    // fragment_pieces counts pieces, `first` included, up to each place where a pong may go in.
    for (const auto& piece : frame.more) {
        ++index;
        bool ends = index == frame.more.size();
        if (next_fragment < frame.fragment_pieces.size() &&
            frame.fragment_pieces[next_fragment] == index + 1) {
            ends = true;
            ++next_fragment;
        }
        pieces_.push_back({piece, ends});
    }
}

void Outbox::push(SharedBytes bytes) {
    if (bytes.empty()) return;
    bytes_ += bytes.size();
    pieces_.push_back({std::move(bytes), true});
}

void Outbox::push_control(std::span<const std::uint8_t> bytes) { control_.put(bytes); }

std::size_t Outbox::gather(std::span<iovec> buffers, std::size_t bytes_max) {
    std::size_t count = 0;
    std::size_t total = 0;
    if (urgent_.empty() && control_.size() > 0 && is_at_boundary()) {
        urgent_ = std::move(control_).take();
        control_ = ByteWriter{};
    }
    if (!urgent_.empty()) {
        buffers[count] = buffer_of(urgent_, 0);
        total += buffers[count++].iov_len;
    }
    std::size_t offset = offset_;
    for (std::size_t at = head_; at < pieces_.size() && count < buffers.size(); ++at) {
        buffers[count] = buffer_of(pieces_[at].bytes, offset);
        offset = 0;
        total += buffers[count++].iov_len;
        if (total >= bytes_max) break;
        // Control bytes wait for this boundary: end the batch here and begin the next with them.
        if (control_.size() > 0 && pieces_[at].ends_frame) break;
    }
    return count;
}

void Outbox::consume(std::size_t count) {
    if (!urgent_.empty()) {
        const std::size_t taken = std::min(count, urgent_.size());
        urgent_ = urgent_.slice(taken, urgent_.size() - taken);
        if (urgent_.empty()) urgent_ = SharedBytes{};
        count -= taken;
    }
    while (count > 0) {
        CHECK(head_ < pieces_.size(), "no more is written than was queued");
        Piece& piece = pieces_[head_];
        const std::size_t rest = piece.bytes.size() - offset_;
        if (count < rest) {
            offset_ += count;
            bytes_ -= count;
            return;
        }
        count -= rest;
        bytes_ -= rest;
        offset_ = 0;
        is_boundary_ = piece.ends_frame;
        piece.bytes = SharedBytes{};
        ++head_;
    }
    compact();
}

void Outbox::compact() {
    if (head_ == pieces_.size()) {
        pieces_.clear();
        head_ = 0;
        if (pieces_.capacity() > kept_pieces) pieces_.shrink_to_fit();
        return;
    }
    if (head_ >= compact_pieces && head_ * 2 >= pieces_.size()) {
        pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }
}

void Outbox::drop_unsent() {
    control_.truncate(0);
    std::size_t keep = head_;
    if (!is_at_boundary()) {
        while (keep < pieces_.size() && !pieces_[keep].ends_frame) ++keep;
        if (keep < pieces_.size()) ++keep;
    }
    for (std::size_t at = keep; at < pieces_.size(); ++at) bytes_ -= pieces_[at].bytes.size();
    pieces_.resize(keep);
    compact();
}

void Outbox::clear() { *this = Outbox{}; }

}  // namespace kreisel
