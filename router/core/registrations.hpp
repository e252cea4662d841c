#pragma once
// Registrations: which procedures are registered by whom, and who of them is invoked next
// (rfc/text/basic/remote_procedure_call, rfc/text/advanced/rpc_pattern_based_registration and
// rpc_shared_registration).
//
// One Registration per (procedure, match policy), with its members in the order in which they
// registered. The first half of the dealer, whose second half is Calls. Owned by the Dealer; serial
// step.

#include "common/base/random.hpp"
#include "router/core/id_map.hpp"
#include "router/core/members.hpp"
#include "router/core/sessions.hpp"
#include "router/core/topic_index.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace kreisel {

class MetaEvents;

enum class InvokePolicy : std::uint8_t { single, roundrobin, random, first, last };

[[nodiscard]] std::optional<InvokePolicy> invoke_policy_of(std::string_view text);
[[nodiscard]] std::string_view to_text(InvokePolicy policy);

struct Registration {
    RegistrationId id;
    Uri procedure;
    MatchPolicy match = MatchPolicy::exact;
    InvokePolicy invoke = InvokePolicy::single;
    Members members;
    WallTime created{};
    /// Calls that wait for a member to be free, by turn: places in the table of calls.
    std::map<std::uint64_t, std::uint32_t> waiting;
};

/// Who gets an invocation.
struct Choice {
    Registration* registration = nullptr;  ///< nullptr: no such procedure
    Session* callee = nullptr;             ///< nullptr: nobody can take it now
    Members::Member* member = nullptr;     ///< valid until members come or go
};

class Registrations {
  public:
    /// The references must outlive this.
    Registrations(const Sessions& sessions, Random& random, MetaEvents& meta, std::uint64_t seed)
        : sessions_(sessions), random_(random), meta_(meta), index_(seed) {}

    /// Adds the session as a member; the error is the ERROR to answer with.
    [[nodiscard]] Result<RegistrationId> add(Session& session, const Register& request);
    /// Whether `session` could be added once those of its role are out of `taken`.
    [[nodiscard]] bool may_take_over(const Session& session, const Register& request,
                                     const Registration& taken) const;
    /// Takes `session`, which may be leaving, out of a registration. False if it is no member.
    bool remove(Session& session, RegistrationId registration);
    using Key = std::optional<std::string_view>;  ///< rkey of a partitioned call

    /// The registration of `procedure` that takes precedence, and its next callee: by the policy,
    /// or the one that `rkey` belongs to.
    [[nodiscard]] Choice choose(std::string_view procedure, Key rkey = std::nullopt);
    /// A callee that is free for a call that waits for this registration.
    [[nodiscard]] Choice choose_free(RegistrationId id, Key rkey);
    /// Another callee when those of `tried`, the last one last, were unavailable
    /// (rfc/text/advanced/rpc_call_rerouting).
    [[nodiscard]] Choice choose_other(RegistrationId id, const std::vector<std::uint64_t>& tried);

    /// The registration of an id, or nullptr if it is gone.
    [[nodiscard]] Registration* find(RegistrationId id);
    /// The registration of an id that exists.
    [[nodiscard]] const Registration& at(RegistrationId id) const;
    // What the meta API asks; nullptr if there is none.
    [[nodiscard]] const Registration* find(RegistrationId id) const;
    [[nodiscard]] const Registration* find(std::string_view procedure, MatchPolicy match) const;
    [[nodiscard]] const Registration* find_best(std::string_view procedure) const;
    /// Calls `visit(registration)` for each, in no order.
    template <class Visit>
    void visit(Visit visit) const {
        for (const auto& registration : registrations_) {
            if (registration != nullptr) visit(*registration);
        }
    }
    /// Calls that waited for registrations that are gone; the list is the caller's to empty.
    [[nodiscard]] std::vector<std::uint32_t>& orphans() { return orphans_; }
    /// Forgets all registrations; the sessions are forgotten with them.
    void clear();

    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    [[nodiscard]] std::size_t callee_count() const { return callee_count_; }

  private:
    using Handle = TopicIndex::Entry;

    /// Takes out members that are leaving until a joined one is found; false if the registration
    /// went with its last member.
    bool drop_departed(Handle handle);
    /// The choice of `member`, which may be nullptr; nothing if it was leaving: it is taken out.
    [[nodiscard]] std::optional<Choice> settle(Registration& registration, Members::Member* member);
    [[nodiscard]] Members::Member* pick(Registration& registration, Key rkey);
    [[nodiscard]] Members::Member* pick_free(Registration& registration);
    [[nodiscard]] Members::Member* pick_other(Registration& registration,
                                              const std::vector<std::uint64_t>& tried);
    [[nodiscard]] Handle add_registration(const Register& request, MatchPolicy match,
                                          InvokePolicy invoke);
    void remove_registration(Handle handle);

    const Sessions& sessions_;
    Random& random_;
    MetaEvents& meta_;
    TopicIndex index_;
    std::vector<std::unique_ptr<Registration>> registrations_;  ///< by handle
    std::vector<Handle> free_;
    IdMap<Handle> by_id_;
    std::uint64_t last_id_ = 0;
    std::size_t callee_count_ = 0;
    std::vector<std::uint32_t> orphans_;
};

}  // namespace kreisel
