#pragma once
// KeySet: were the keys of one dict unique? Up to 16 keys are compared without memory of their own,
// more are sorted at the end, so that a dict of a million keys costs no more than its sort. Pure.

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace kreisel {

class KeySet {
  public:
    /// `key` must outlive the set.
    void add(std::string_view key);
    /// True if a key was added twice. Sorts; ask once, at the end.
    [[nodiscard]] bool has_duplicate();

  private:
    static constexpr std::size_t inline_max = 16;

    std::array<std::string_view, inline_max> few_;
    std::size_t count_ = 0;
    bool has_duplicate_ = false;
    std::vector<std::string_view> many_;
};

}  // namespace kreisel
