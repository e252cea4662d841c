#pragma once
// What each message type looks like on the wire: the table behind the strict door
// (rfc/text/basic/messages and rfc/text/advanced). Pure.

#include "common/wamp/messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kreisel {

enum class FieldKind : std::uint8_t {
    id,            ///< integer in [1, 2^53]
    id_or_zero,    ///< id, or 0 for what no request asked for (revocations)
    request_type,  ///< type of the request that an ERROR answers
    text,
    text_or_null,
    dict
};

struct Field {
    FieldKind kind = FieldKind::dict;
    std::string_view name;
};

/// What may follow the fields that every message of a type has.
enum class Tail : std::uint8_t {
    none,
    dict,    ///< one dict more, or nothing
    payload  ///< nothing, args, or args and kwargs
};

struct Shape {
    MessageType type = MessageType::hello;
    std::array<Field, 4> fields;  ///< behind the type
    std::uint8_t count = 0;
    Tail tail = Tail::none;

    [[nodiscard]] std::size_t elements_min() const { return std::size_t{1} + count; }
    [[nodiscard]] std::size_t elements_max() const {
        const std::size_t more = tail == Tail::payload ? 2 : tail == Tail::dict ? 1 : 0;
        return elements_min() + more;
    }
};

/// The shape of messages of this type number, or nullptr: no such type.
[[nodiscard]] const Shape* find_shape(std::uint64_t type);

}  // namespace kreisel
