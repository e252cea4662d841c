#pragma once
// Eligibility: black- and whitelists of one publication, and its resource key
// (rfc/text/advanced/pubsub_subscriber_blackwhite_listing, pubsub_sharded_subscription).
//
// Six lists, ANDed: a receiver must be in every eligible list that is present and in no exclude
// list. An eligible list that is present and empty admits nobody. Lists are sorted once, so that a
// long list costs each receiver a binary search. Lives for one PUBLISH and points into its options.

#include "router/core/sessions.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

class Eligibility {
  public:
    explicit Eligibility(const Dict& options);

    /// True if neither a list nor a resource key is present: everybody receives.
    [[nodiscard]] bool is_open() const { return is_open_; }
    [[nodiscard]] bool admits(const SessionInfo& receiver) const;
    /// Of the subscribers with a node key only one receives: see Shards.
    [[nodiscard]] std::optional<std::string_view> rkey() const { return rkey_; }
    /// The eligible session ids, sorted and each once, if that list is present.
    [[nodiscard]] const std::optional<std::vector<SessionId>>& eligible_sessions() const {
        return eligible_;
    }

  private:
    using Ids = std::optional<std::vector<SessionId>>;
    using Texts = std::optional<std::vector<std::string_view>>;

    [[nodiscard]] Ids read_ids(const Dict& options, std::string_view key);
    [[nodiscard]] Texts read_texts(const Dict& options, std::string_view key);

    bool is_open_ = true;
    Ids eligible_;
    Ids exclude_;
    Texts eligible_authid_;
    Texts exclude_authid_;
    Texts eligible_authrole_;
    Texts exclude_authrole_;
    std::optional<std::string_view> rkey_;
};

/// The same for one receiver alone, without any preparation.
[[nodiscard]] bool is_eligible(const Dict& options, const SessionInfo& receiver);

}  // namespace kreisel
