#pragma once
// LateSizes: sizes of lists and dicts that are written before anybody knows them (read from JSON
// and from indefinite CBOR), for encodings that put the size in front.
//
// A container of unknown size is begun with a head of one byte. While it is open its entries are
// counted; at its end the count goes into that byte if it fits. Larger heads wait until the
// outermost container is closed and are then fitted in one pass from the back, so that every byte
// moves at most once however deep the nesting is. Internal to common/codec. Pure.

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kreisel {

enum class ContainerKind : std::uint8_t { list, dict };

/// How an encoding writes the head of a container.
struct HeadFormat {
    /// Octets of the head of `count` entries.
    unsigned (*size)(std::uint64_t count);
    /// Writes that head to `at`.
    void (*write)(std::uint8_t* at, ContainerKind kind, std::uint64_t count);
};

class LateSizes {
  public:
    explicit LateSizes(HeadFormat format) : format_(format) {}

    /// A value was told; counts for the list that is open.
    void on_value() {
        if (!open_.empty() && open_.back().kind == ContainerKind::list) ++open_.back().count;
    }
    /// A key was told; counts for the dict that is open.
    void on_key() {
        if (!open_.empty()) ++open_.back().count;
    }
    /// A container of unknown size begins: puts its one byte.
    void begin_unknown(ContainerKind kind, ByteWriter& out);
    /// A container begins whose head is written already.
    void begin_known(ContainerKind kind) {
        if (!open_.empty()) open_.push_back({0, 0, kind, false});
    }
    void end(ByteWriter& out) {
        if (!open_.empty()) close(out);
    }

  private:
    struct Open {
        std::size_t offset = 0;
        std::uint64_t count = 0;
        ContainerKind kind = ContainerKind::list;
        bool is_late = false;
    };

    void close(ByteWriter& out);
    void widen(ByteWriter& out);

    HeadFormat format_;
    /// Empty unless a container of unknown size is open.
    std::vector<Open> open_;
    /// Closed ones whose head needs more than its byte.
    std::vector<Open> wide_;
};

}  // namespace kreisel
