#include "router/core/gate.hpp"

#include <functional>
#include <iterator>
#include <utility>

namespace kreisel {

std::size_t Rulings::Hash::operator()(const About& about) const {
    // Everybody has a table of its own: who makes its own URIs collide harms itself.
    const auto kind =
        static_cast<std::size_t>(about.action) * 4 + static_cast<std::size_t>(about.match);
    return std::hash<std::string_view>{}(about.uri) ^ (kind * 0x9e3779b97f4a7c15U);
}

const Ruling* Rulings::find(const About& about, TimePoint now, RegistrationId authorizer) {
    const auto found = places_.find(about);
    if (found == places_.end()) return nullptr;
    const auto entry = found->second;
    const Kept& kept = entry->second;
    const bool is_over = kept.expires && *kept.expires <= now;
    const bool is_of_another = authorizer && kept.authorizer != authorizer;
    if (is_over || is_of_another) {
        erase(entry);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return &entry->second.ruling;
}

void Rulings::add(About about, Kept kept, std::size_t count_max) {
    if (count_max == 0) return;
    if (const auto known = places_.find(about); known != places_.end()) erase(known->second);
    while (places_.size() >= count_max) erase(std::prev(entries_.end()));
    entries_.emplace_front(about, kept);
    places_.emplace(std::move(about), entries_.begin());
}

std::size_t Rulings::erase_below(std::string_view uri) {
    const std::size_t before = places_.size();
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto next = std::next(entry);
        if (std::string_view(entry->first.uri).substr(0, uri.size()) == uri) erase(entry);
        entry = next;
    }
    return before - places_.size();
}

void Rulings::erase(List::iterator entry) {
    places_.erase(entry->first);
    entries_.erase(entry);
}

}  // namespace kreisel
