#pragma once
// Lists of ids as the meta API gives them: of sessions, and of registrations or subscriptions by
// match policy. Pure.

#include "common/wamp/match.hpp"
#include "common/wamp/value.hpp"
#include "router/core/sessions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kreisel {

/// The ids of those who are still joined.
[[nodiscard]] inline List joined_ids(const Sessions& sessions, const std::vector<PeerRef>& peers) {
    List ids;
    ids.reserve(peers.size());
    for (const PeerRef peer : peers) {
        const Session* session = sessions.find(peer);
        if (session != nullptr) ids.emplace_back(session->info.id);
    }
    return ids;
}

/// `{exact: [], prefix: [], wildcard: []}`, each in order of creation.
class IdLists {
  public:
    void add(MatchPolicy match, std::uint64_t id) {
        lists_[static_cast<unsigned>(match)].push_back(id);
    }
    [[nodiscard]] Dict take() {
        Dict all;
        for (const MatchPolicy match :
             {MatchPolicy::exact, MatchPolicy::prefix, MatchPolicy::wildcard}) {
            auto& ids = lists_[static_cast<unsigned>(match)];
            std::sort(ids.begin(), ids.end());
            all.append(std::string(to_text(match)), List(ids.begin(), ids.end()));
        }
        return all;
    }

  private:
    std::array<std::vector<std::uint64_t>, 3> lists_;
};

}  // namespace kreisel
