#pragma once
// Testaments: what a session wants published when it ends (rfc/text/advanced/pubsub_testament).
//
// Held by the Session, moved to its Departure when it leaves. Sessions cannot be resumed, so both
// scopes end together, detached first. Serial step.

#include "common/wamp/messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

enum class TestamentScope : std::uint8_t { detached, destroyed };

[[nodiscard]] std::optional<TestamentScope> testament_scope_of(std::string_view text);

struct Testament {
    Uri topic;
    Dict options;
    Payload payload;
    std::size_t bytes = 0;  ///< what it counts against the limit
};

class Testaments {
  public:
    void add(TestamentScope scope, Testament testament);
    /// Forgets those of one scope.
    void flush(TestamentScope scope);
    /// All of them in reverse order of publication, so that the next one is the last.
    [[nodiscard]] std::vector<Testament> take_reversed();

    [[nodiscard]] std::size_t size() const { return scopes_[0].size() + scopes_[1].size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    [[nodiscard]] std::vector<Testament>& of(TestamentScope scope) {
        return scopes_[static_cast<unsigned>(scope)];
    }

    std::array<std::vector<Testament>, 2> scopes_;  ///< by TestamentScope, in order of adding
    std::size_t bytes_ = 0;
};

}  // namespace kreisel
