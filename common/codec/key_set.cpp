#include "common/codec/key_set.hpp"

#include <algorithm>

namespace kreisel {

void KeySet::add(std::string_view key) {
    if (count_ < inline_max) {
        const auto end = few_.begin() + static_cast<std::ptrdiff_t>(count_);
        has_duplicate_ = has_duplicate_ || std::find(few_.begin(), end, key) != end;
        few_[count_++] = key;
        return;
    }
    if (many_.empty()) many_.assign(few_.begin(), few_.end());
    many_.push_back(key);
}

bool KeySet::has_duplicate() {
    if (has_duplicate_ || many_.empty()) return has_duplicate_;
    std::sort(many_.begin(), many_.end());
    has_duplicate_ = std::adjacent_find(many_.begin(), many_.end()) != many_.end();
    return has_duplicate_;
}

}  // namespace kreisel
