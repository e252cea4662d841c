#pragma once
// IdMap: a small open-addressing hash table from ids (never 0) to small values.
//
// The realm's tables are keyed by integers and looked up several times a message; an empty map owns
// no memory, since most sessions hold nothing. Linear probing, deletion by shifting back: no
// tombstones, however long a session lives. Confined to its owner.
//
//     IdMap<std::uint32_t> calls(seed);
//     calls.insert(7, record);
//     if (const std::uint32_t* found = calls.find(7)) ...

#include "common/base/check.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace kreisel {

template <class Value>
class IdMap {
  public:
    IdMap() = default;
    /// A seed that peers cannot know, for maps whose keys they choose.
    explicit IdMap(std::uint64_t seed) : seed_(seed) {}

    /// The value of `key`, or nullptr; valid until the next insert or erase.
    [[nodiscard]] const Value* find(std::uint64_t key) const {
        const std::size_t at = place_of(key);
        return at == none ? nullptr : &slots_[at].value;
    }
    [[nodiscard]] Value* find(std::uint64_t key) {
        const std::size_t at = place_of(key);
        return at == none ? nullptr : &slots_[at].value;
    }
    /// `key` must be absent.
    void insert(std::uint64_t key, Value value) {
        DCHECK(key != 0 && find(key) == nullptr, "ids are entered once and are never 0");
        if ((size_ + 1) * 4 > capacity_ * 3) rehash(capacity_ == 0 ? 8 : capacity_ * 2);
        put(key, value);
        ++size_;
    }
    /// True iff `key` was there.
    bool erase(std::uint64_t key) {
        std::size_t hole = place_of(key);
        if (hole == none) return false;
        const std::size_t mask = capacity_ - 1;
        for (std::size_t at = (hole + 1) & mask; slots_[at].key != 0; at = (at + 1) & mask) {
            // An entry may move back into the hole if that is not before its home.
            const std::size_t home = home_of(slots_[at].key);
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                slots_[hole] = slots_[at];
                hole = at;
            }
        }
        slots_[hole] = Slot{};
        --size_;
        if (size_ == 0 && capacity_ > kept_capacity) clear();
        return true;
    }
    void clear() {
        slots_.reset();
        capacity_ = 0;
        size_ = 0;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// All keys, in no order.
    [[nodiscard]] std::vector<std::uint64_t> keys() const {
        std::vector<std::uint64_t> all;
        all.reserve(size_);
        for (std::size_t at = 0; at < capacity_; ++at) {
            if (slots_[at].key != 0) all.push_back(slots_[at].key);
        }
        return all;
    }

  private:
    struct Slot {
        std::uint64_t key = 0;
        Value value{};
    };
    static constexpr std::size_t none = SIZE_MAX;
    /// An emptied map this small keeps its memory: calls come and go one by one.
    static constexpr std::size_t kept_capacity = 64;

    [[nodiscard]] std::size_t home_of(std::uint64_t key) const {
        std::uint64_t mixed = (key ^ seed_) * 0x9e3779b97f4a7c15U;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93U;
        return static_cast<std::size_t>(mixed >> 32) & (capacity_ - 1);
    }
    [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
        if (size_ == 0 || key == 0) return none;
        for (std::size_t at = home_of(key);; at = (at + 1) & (capacity_ - 1)) {
            if (slots_[at].key == key) return at;
            if (slots_[at].key == 0) return none;
        }
    }
    void put(std::uint64_t key, Value value) {
        std::size_t at = home_of(key);
        while (slots_[at].key != 0) at = (at + 1) & (capacity_ - 1);
        slots_[at] = Slot{key, value};
    }
    void rehash(std::size_t capacity) {
        const auto old = std::move(slots_);
        const std::size_t old_capacity = capacity_;
        slots_ = std::make_unique<Slot[]>(capacity);
        capacity_ = capacity;
        for (std::size_t at = 0; at < old_capacity; ++at) {
            if (old[at].key != 0) put(old[at].key, old[at].value);
        }
    }

    std::unique_ptr<Slot[]> slots_;
    std::size_t capacity_ = 0;  ///< a power of two, or 0
    std::size_t size_ = 0;
    std::uint64_t seed_ = 0;
};

}  // namespace kreisel
