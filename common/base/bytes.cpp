#include "common/base/bytes.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <new>

namespace kreisel {

namespace detail {

ByteBlock* ByteBlock::make(std::size_t capacity) {
    void* memory = ::operator new(sizeof(ByteBlock) + capacity);
    auto* block = new (memory) ByteBlock;
    block->capacity = capacity;
    return block;
}

void ByteBlock::destroy(ByteBlock* block) noexcept {
    block->~ByteBlock();
    ::operator delete(block);
}

}  // namespace detail

SharedBytes SharedBytes::copy_of(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return {};
    auto* block = detail::ByteBlock::make(bytes.size());
    std::memcpy(block->data(), bytes.data(), bytes.size());
    return {block, block->data(), bytes.size()};
}

SharedBytes SharedBytes::copy_of(std::string_view text) {
    return copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

SharedBytes SharedBytes::slice(std::size_t offset, std::size_t count) const {
    CHECK(offset <= size_ && count <= size_ - offset, "slice lies within its bytes");
    SharedBytes part(*this);
    part.data_ += offset;
    part.size_ = count;
    return part;
}

SharedBytes SharedBytes::compact() const {
    if (block_ == nullptr || size_ >= block_->capacity / 2) return *this;
    return copy_of(span());
}

void ByteWriter::grow(std::size_t count) {
    const std::size_t old_capacity = block_ == nullptr ? 0 : block_->capacity;
    const std::size_t capacity = std::max({size_ + count, old_capacity * 2, std::size_t{64}});
    auto* block = detail::ByteBlock::make(capacity);
    if (block_ != nullptr) {
        std::memcpy(block->data(), block_->data(), size_);
        detail::ByteBlock::destroy(block_);
    }
    block_ = block;
}

SharedBytes ByteWriter::take() && {
    if (block_ == nullptr) return {};
    auto* block = std::exchange(block_, nullptr);
    return {block, block->data(), std::exchange(size_, 0)};
}

}  // namespace kreisel
