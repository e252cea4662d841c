#pragma once
// Questions: calls whose caller is the router itself (Realm::ask).
//
// The caller is a session that nobody sees; for the dealer it is one like any other, so that
// timeouts, rerouting, concurrency and a callee that leaves need nothing of their own. What this
// session is told comes here and becomes the answer. Owned by the Realm; serial step.

#include "router/core/dealer.hpp"
#include "router/core/sessions.hpp"

#include <cstdint>
#include <vector>

namespace kreisel {

class Questions {
  public:
    /// The references must outlive this.
    Questions(Sessions& sessions, Dealer& dealer);

    enum class Asker : std::uint8_t { host, authorizer };
    void ask(Question question, Asker asker, Effects& effects);
    /// Gives out the answers that came; those for the authorizer come back.
    [[nodiscard]] std::vector<Answer> settle(Effects& effects);
    /// Answers all that are open with wamp.error.canceled; sessions and calls are forgotten with
    /// them.
    void close(Effects& effects);

  private:
    [[nodiscard]] Session& router_session();

    Sessions& sessions_;
    Dealer& dealer_;
    RolePermissions permissions_;
    PeerRef router_{};  ///< generation 0: nobody yet
    std::uint64_t last_request_ = 0;
    struct Asked {
        std::uint64_t token = 0;
        Asker asker = Asker::host;
    };
    IdMap<Asked> asked_;  ///< by CALL.Request
};

}  // namespace kreisel
