#include "router/core/deadline_heap.hpp"

namespace kreisel {

void DeadlineHeap::set(std::uint32_t number, TimePoint when) {
    if (number >= places_.size()) places_.resize(std::size_t{number} + 1, nowhere);
    const std::uint32_t place = places_[number];
    const Entry entry{when, number};
    if (place == nowhere) {
        heap_.push_back(entry);
        return sift_up(heap_.size() - 1, entry);
    }
    if (when < heap_[place].when) return sift_up(place, entry);
    sift_down(place, entry);
}

void DeadlineHeap::erase(std::uint32_t number) {
    if (number >= places_.size() || places_[number] == nowhere) return;
    const std::size_t place = places_[number];
    places_[number] = nowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    const bool is_earlier = place > 0 && last.when < heap_[(place - 1) / 2].when;
    if (is_earlier) return sift_up(place, last);
    sift_down(place, last);
}

void DeadlineHeap::put(std::size_t place, Entry entry) {
    heap_[place] = entry;
    places_[entry.number] = static_cast<std::uint32_t>(place);
}

void DeadlineHeap::sift_up(std::size_t place, Entry entry) {
    while (place > 0) {
        const std::size_t parent = (place - 1) / 2;
        if (heap_[parent].when <= entry.when) break;
        put(place, heap_[parent]);
        place = parent;
    }
    put(place, entry);
}

void DeadlineHeap::sift_down(std::size_t place, Entry entry) {
    for (;;) {
        std::size_t child = 2 * place + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
        if (entry.when <= heap_[child].when) break;
        put(place, heap_[child]);
        place = child;
    }
    put(place, entry);
}

}  // namespace kreisel
