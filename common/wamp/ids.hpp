#pragma once
// Strong id types: a session id cannot be handed where a request id is due.
//
// All WAMP ids lie in [1, 2^53] so that every client, JavaScript too, holds them exactly
// (rfc/text/basic/building_blocks: IDs). The value 0 means "none" inside Kreisel.

#include <compare>
#include <cstdint>
#include <functional>

namespace kreisel {

/// The largest id; a double holds all up to it.
inline constexpr std::uint64_t id_max = std::uint64_t{1} << 53;

/// An id of one kind, given by `Tag`. 0 is none.
template <class Tag>
struct Id {
    std::uint64_t value = 0;  ///< in [1, 2^53], or 0

    constexpr Id() = default;
    /// `v` is not checked.
    constexpr explicit Id(std::uint64_t v) : value(v) {}
    auto operator<=>(const Id&) const = default;
    /// Whether there is one.
    [[nodiscard]] constexpr explicit operator bool() const { return value != 0; }
};

/// A session; uniformly random.
using SessionId = Id<struct SessionTag>;
/// A request of one session, 1, 2, 3... per direction. Also INVOCATION.Request, per callee.
using RequestId = Id<struct RequestTag>;
/// One (topic, match policy) of a realm.
using SubscriptionId = Id<struct SubscriptionTag>;
/// One (procedure, match policy) of a realm; shared by the members of a shared registration.
using RegistrationId = Id<struct RegistrationTag>;
/// One publication; uniformly random, the same in PUBLISHED and all its EVENTs.
using PublicationId = Id<struct PublicationTag>;

/// Whether a peer may send `value` as an id.
[[nodiscard]] constexpr bool is_valid_id(std::uint64_t value) {
    return value >= 1 && value <= id_max;
}

}  // namespace kreisel

template <class Tag>
struct std::hash<kreisel::Id<Tag>> {
    std::size_t operator()(kreisel::Id<Tag> id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value * 0x9e3779b97f4a7c15U);
    }
};
