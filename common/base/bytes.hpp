#pragma once
// SharedBytes: an immutable, reference-counted slice of bytes, cheap to copy and to cut.
// ByteWriter: a growing buffer that ends as one SharedBytes without another copy.
//
// A message is read once into a block; payloads, transcodes and outgoing frames are slices of such
// blocks, so that a publication to a thousand subscribers holds its bytes once. The count is
// atomic: slices may be copied and dropped on any thread; the bytes themselves never change.
//
//     ByteWriter writer;
//     writer.put("[36,");
//     SharedBytes frame = std::move(writer).take();

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace kreisel {

namespace detail {

/// Heap block: this header, then `capacity` bytes.
struct ByteBlock {
    std::atomic<std::uint32_t> references{1};
    std::size_t capacity = 0;

    [[nodiscard]] std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
    [[nodiscard]] static ByteBlock* make(std::size_t capacity);
    static void destroy(ByteBlock* block) noexcept;
};

}  // namespace detail

class SharedBytes {
  public:
    SharedBytes() = default;
    /// Copies `bytes` into a block of exactly that size.
    [[nodiscard]] static SharedBytes copy_of(std::span<const std::uint8_t> bytes);
    [[nodiscard]] static SharedBytes copy_of(std::string_view text);

    SharedBytes(const SharedBytes& other) noexcept
        : block_(other.block_), data_(other.data_), size_(other.size_) {
        if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
    }
    SharedBytes(SharedBytes&& other) noexcept
        : block_(std::exchange(other.block_, nullptr)),
          data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    SharedBytes& operator=(SharedBytes other) noexcept {
        swap(other);
        return *this;
    }
    ~SharedBytes() {
        if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            detail::ByteBlock::destroy(block_);
        }
    }

    void swap(SharedBytes& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    [[nodiscard]] const std::uint8_t* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::span<const std::uint8_t> span() const { return {data_, size_}; }
    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(data_), size_};
    }
    /// A slice that shares the block. `offset + count` must lie within this slice.
    [[nodiscard]] SharedBytes slice(std::size_t offset, std::size_t count) const;
    /// This slice, or a copy of its exact size if it uses less than half of its block. For what is
    /// kept for long: ten bytes must not pin the 64 KB they arrived in.
    [[nodiscard]] SharedBytes compact() const;
    /// Bytes of the whole block that this slice keeps alive, 0 for none.
    [[nodiscard]] std::size_t pinned_size() const {
        return block_ == nullptr ? 0 : block_->capacity;
    }

  private:
    friend class ByteWriter;
    SharedBytes(detail::ByteBlock* block, const std::uint8_t* data, std::size_t size)
        : block_(block), data_(data), size_(size) {}

    detail::ByteBlock* block_ = nullptr;
    const std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

class ByteWriter {
  public:
    ByteWriter() = default;
    explicit ByteWriter(std::size_t capacity) { reserve(capacity); }
    ByteWriter(const ByteWriter&) = delete;
    ByteWriter& operator=(const ByteWriter&) = delete;
    ByteWriter(ByteWriter&& other) noexcept
        : block_(std::exchange(other.block_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    ByteWriter& operator=(ByteWriter&& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~ByteWriter() {
        if (block_ != nullptr) detail::ByteBlock::destroy(block_);
    }

    /// Room for `count` more bytes.
    void reserve(std::size_t count) {
        if (block_ == nullptr || block_->capacity - size_ < count) grow(count);
    }
    void put(std::uint8_t byte) {
        reserve(1);
        block_->data()[size_++] = byte;
    }
    void put(char c) { put(static_cast<std::uint8_t>(c)); }
    void put(std::string_view text) { put_raw(text.data(), text.size()); }
    void put(std::span<const std::uint8_t> bytes) { put_raw(bytes.data(), bytes.size()); }
    /// Unsigned integer in network order, `octets` of 1 to 8.
    void put_big_endian(std::uint64_t value, unsigned octets) {
        reserve(octets);
        for (unsigned i = octets; i-- > 0;) {
            block_->data()[size_++] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    }
    /// `count` bytes to be filled in place by the caller.
    [[nodiscard]] std::uint8_t* extend(std::size_t count) {
        reserve(count);
        std::uint8_t* start = block_->data() + size_;
        size_ += count;
        return start;
    }
    void truncate(std::size_t size) {
        if (size < size_) size_ = size;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::uint8_t* data() { return block_ == nullptr ? nullptr : block_->data(); }
    [[nodiscard]] std::span<const std::uint8_t> span() const {
        return {block_ == nullptr ? nullptr : block_->data(), size_};
    }
    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(block_ == nullptr ? nullptr : block_->data()), size_};
    }
    /// The bytes written so far; the writer is empty afterwards.
    [[nodiscard]] SharedBytes take() &&;

  private:
    void put_raw(const void* bytes, std::size_t count) {
        if (count == 0) return;
        reserve(count);
        std::memcpy(block_->data() + size_, bytes, count);
        size_ += count;
    }
    void grow(std::size_t count);

    detail::ByteBlock* block_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace kreisel
