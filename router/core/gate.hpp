#pragma once
// Gate: what a realm keeps of a session whose role has an authorizer: requests that wait for a
// decision, and decisions it may use again. Part of the Session; serial step.

#include "common/base/clock.hpp"
#include "common/wamp/messages.hpp"
#include "router/core/permissions.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kreisel {

/// What the authorizer said of one request.
struct Ruling {
    enum class Kind : std::uint8_t { allowed, denied, failed };
    Kind kind = Kind::failed;
    /// Absent: as the rule says.
    std::optional<Disclose> disclose{};
};

/// Rulings by what they are about, the least used one goes first.
class Rulings {
  public:
    struct About {
        Action action = Action::publish;
        MatchPolicy match = MatchPolicy::exact;
        Uri uri;
        bool operator==(const About&) const = default;
    };
    struct Kept {
        Ruling ruling;
        /// Of the authorizer that gave it.
        RegistrationId authorizer;
        std::optional<TimePoint> expires;  ///< absent: with the session
    };

    /// The ruling, if it may still be used; what may not is forgotten. `authorizer`: who gives
    /// rulings now; 0: nobody, then those of the last one stay in force.
    [[nodiscard]] const Ruling* find(const About& about, TimePoint now, RegistrationId authorizer);
    void add(About about, Kept kept, std::size_t count_max);
    /// Forgets those whose URI begins so; how many.
    std::size_t erase_below(std::string_view uri);
    [[nodiscard]] std::size_t size() const { return places_.size(); }

  private:
    using List = std::list<std::pair<About, Kept>>;
    struct Hash {
        std::size_t operator()(const About& about) const;
    };
    void erase(List::iterator entry);

    List entries_;  ///< the one used last stands first
    std::unordered_map<About, List::iterator, Hash> places_;
};

struct Gate {
    struct Held {
        Message message;
        std::size_t bytes = 0;
    };
    std::deque<Held> held;
    std::size_t held_bytes = 0;
    /// A question about the first of them is under way; 0: none.
    std::uint64_t question = 0;
    /// The request it was about is gone: the ruling is for nobody.
    bool is_void = false;
    /// The ruling on the first of them.
    std::optional<Ruling> ruling;
    Rulings rulings;
};

}  // namespace kreisel
