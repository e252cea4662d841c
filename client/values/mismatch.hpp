#pragma once
// Mismatch: why values that came cannot be turned into the C++ types that were asked for.
//
//     argument 2: expected an integer in [-2147483648, 2147483647], got 3000000000
//     argument 1.orders[3].price: expected a number, got text
//     kwargs.name: expected text, got nothing

#include <cstddef>
#include <string>
#include <string_view>

namespace kreisel::client {

/// Where a value stands, what it should be, and what it is.
struct Mismatch {
    /// `argument 1.orders[3].price`; arguments and results count from 1, lists from 0.
    std::string path;
    /// `an integer in [0, 255]`
    std::string expected;
    /// `text`; numbers by their value.
    std::string got;

    /// All of it as one sentence for people.
    [[nodiscard]] std::string text() const;

    /// Says that the path so far begins at `key` of a dict.
    void prepend_key(std::string_view key);
    /// Says that the path so far begins at entry `index` of a list.
    void prepend_index(std::size_t index);
};

}  // namespace kreisel::client
