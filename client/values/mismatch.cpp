#include "client/values/mismatch.hpp"

#include <algorithm>

namespace kreisel::client {

namespace {

/// Keys come from a peer; an error text needs no more of them.
constexpr std::size_t key_length_max = 40;

bool is_plain(std::string_view key) {
    return !key.empty() && key.size() <= key_length_max &&
           std::all_of(key.begin(), key.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

/// The start of `key` that ends between two characters of UTF-8, without what would break a line.
std::string shown(std::string_view key) {
    std::size_t size = std::min(key.size(), key_length_max);
    if (size < key.size()) {
        while (size > 0 && (static_cast<unsigned char>(key[size]) & 0xc0U) == 0x80U) --size;
    }
    std::string text(key.substr(0, size));
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f') c = '?';
    }
    if (size < key.size()) text += "...";
    return text;
}

}  // namespace

std::string Mismatch::text() const {
    std::string text = path;
    text.append(": expected ").append(expected).append(", got ").append(got);
    return text;
}

void Mismatch::prepend_key(std::string_view key) {
    std::string step;
    if (is_plain(key)) {
        step.append(".").append(key);
    } else {
        step.append("[\"").append(shown(key)).append("\"]");
    }
    path.insert(0, step);
}

void Mismatch::prepend_index(std::size_t index) {
    path.insert(0, "[" + std::to_string(index) + "]");
}

}  // namespace kreisel::client
