#pragma once
// Feeds one input to two fresh wires, whole and cut, and stops if they differ: what the fuzz
// targets of common/wire share.

#include "common/base/check.hpp"
#include "common/wire/wire.hpp"

#include <memory>
#include <span>
#include <string>

namespace kreisel::fuzz {

/// Everything that came of an input, as one text.
inline std::string outcome_of(Wire& wire, std::span<const std::uint8_t> input, std::size_t step) {
    std::string messages;
    std::string output;
    std::string end;
    WireEvents events;
    while (!input.empty()) {
        const std::size_t count = std::min(step, input.size());
        events.clear();
        wire.feed(input.first(count), events);
        input = input.subspan(count);
        CHECK(end.empty() || (events.messages.empty() && !events.end), "nothing after the end");
        for (const auto& message : events.messages) {
            CHECK(message.output_offset <= events.output.size(), "offset lies in the output");
            messages += std::to_string(message.bytes.size()) + (message.is_text ? "t" : "b");
            messages += message.bytes.text();
        }
        output += events.output.text();
        if (events.end) end = std::to_string(events.end->code) + events.end->reason;
    }
    return messages + "|" + output + "|" + end;
}

template <class MakeWire>
void check_cuts(MakeWire make, std::span<const std::uint8_t> input) {
    const auto whole = outcome_of(*make(), input, SIZE_MAX);
    for (const std::size_t step : {1U, 7U}) {
        CHECK(outcome_of(*make(), input, step) == whole, "cuts make no difference");
    }
}

}  // namespace kreisel::fuzz
