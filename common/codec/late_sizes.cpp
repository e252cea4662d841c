#include "common/codec/late_sizes.hpp"

#include <algorithm>
#include <cstring>

namespace kreisel {

void LateSizes::begin_unknown(ContainerKind kind, ByteWriter& out) {
    open_.push_back({out.size(), 0, kind, true});
    out.put(std::uint8_t{0});
}

void LateSizes::close(ByteWriter& out) {
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.is_late) {
        if (format_.size(closed.count) == 1) {
            format_.write(out.data() + closed.offset, closed.kind, closed.count);
        } else {
            wide_.push_back(closed);
        }
    }
    if (open_.empty() && !wide_.empty()) widen(out);
}

void LateSizes::widen(ByteWriter& out) {
    // Inner containers closed first; from here on the order is that of the bytes.
    std::sort(wide_.begin(), wide_.end(),
              [](const Open& a, const Open& b) { return a.offset < b.offset; });
    std::size_t added = 0;
    for (const Open& head : wide_) added += format_.size(head.count) - 1;

    std::size_t end = out.size();
    static_cast<void>(out.extend(added));
    std::uint8_t* data = out.data();
    for (auto head = wide_.rbegin(); head != wide_.rend(); ++head) {
        const std::size_t content = head->offset + 1;
        std::memmove(data + content + added, data + content, end - content);
        added -= format_.size(head->count) - 1;
        format_.write(data + head->offset + added, head->kind, head->count);
        end = head->offset;
    }
    wide_.clear();
}

}  // namespace kreisel
