#pragma once
// Sessions: who is in the realm, by slot and by session id.
//
// A session that has left is invisible from then on; its slot is kept as `is_leaving` until broker
// and dealer have removed all it held, which may take several slices. Owned by the Realm, shared
// with broker and dealer; serial step.

#include "common/base/result.hpp"
#include "router/core/effects.hpp"
#include "router/core/gate.hpp"
#include "router/core/id_map.hpp"
#include "router/core/limits.hpp"
#include "router/core/realm.hpp"
#include "router/core/session_permissions.hpp"
#include "router/core/testaments.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace kreisel {

/// One session with what it holds in the tables of broker and dealer, so that whatever is asked
/// about a session costs no search in the realm's tables.
struct Session {
    PeerRef ref;
    /// The router's own: nobody sees it, and what it is sent goes to Questions.
    bool is_router = false;
    bool is_leaving = false;
    /// No event tells of its end (WAMP a/meta_api_sessions: wamp.session.kill_all).
    bool leaves_silently = false;
    SessionInfo info;
    SessionPermissions permissions;
    /// Those of its role, or of the realm.
    const RealmLimits* limits = nullptr;
    RealmLimitCounts* limits_reached = nullptr;
    /// Subscription id -> place in Subscription::subscribers. The broker's.
    IdMap<std::uint32_t> subscriptions;
    /// Registration id -> number of the membership in Registration::members. The dealer's.
    IdMap<std::uint64_t> registrations;
    /// CALL.Request -> call record. The dealer's. The keys are the peer's choice.
    IdMap<std::uint32_t> calls;
    /// INVOCATION.Request -> call record. The dealer's.
    IdMap<std::uint32_t> invocations;
    std::uint64_t last_invocation = 0;
    /// Definition -> nothing, and their bytes. Reflection's.
    IdMap<std::uint8_t> definitions;
    std::size_t definition_bytes = 0;
    /// Searches for the retained events of its subscriptions under way. The event keeper's.
    std::uint32_t retained_searches = 0;
    /// What wamp.session.modify_details has added to the identity. The meta API's.
    Dict details;
    std::unique_ptr<Testaments> testaments;  ///< nullptr: none
    std::unique_ptr<Gate> gate;              ///< nullptr: its role has no authorizer
    /// What the authorizer said of the request that is being handled.
    std::optional<Disclose> ruled_disclosure;

    /// Whether its identity is given for what is being handled.
    [[nodiscard]] Disclose disclosure(Action action, std::string_view uri) const {
        return ruled_disclosure ? *ruled_disclosure : permissions.disclosure(action, uri);
    }

    /// Its request is refused because of `limit`.
    void reached(RealmLimit limit) const { ++(*limits_reached)[static_cast<std::size_t>(limit)]; }
};

class Sessions {
  public:
    /// `limits`, those of the realm, must outlive this.
    Sessions(std::uint64_t seed, const RealmLimits& limits)
        : by_id_(seed), seed_(seed), limits_(limits) {}

    /// `info.id` must not be taken.
    Session& add(SessionInfo info, const RolePermissions* role);
    /// A session of the router's own, without an id: in no list and no count. One at most; it stays
    /// until clear().
    Session& add_router(SessionInfo info, const RolePermissions* role);
    /// From now on the session's role allows this; nullptr: nothing, there is no such role.
    void set_permissions(Session& session, const RolePermissions* role) const;
    /// The session is no longer found; its slot stays until remove().
    void start_leaving(Session& session);
    /// Frees the slot of a session that is leaving.
    void remove(Session& session);
    /// Frees all slots.
    void clear();

    /// The joined session `ref` means, or nullptr if it has left.
    [[nodiscard]] Session* find(PeerRef ref) const {
        Session* session = find_with_leaving(ref);
        return session == nullptr || session->is_leaving ? nullptr : session;
    }
    /// The same, or a session whose entries are still being removed.
    [[nodiscard]] Session* find_with_leaving(PeerRef ref) const {
        if (ref.slot >= slots_.size()) return nullptr;
        const Slot& slot = slots_[ref.slot];
        return slot.generation == ref.generation ? slot.session.get() : nullptr;
    }
    [[nodiscard]] Session* find(SessionId id) const {
        const std::uint32_t* slot = by_id_.find(id.value);
        return slot == nullptr ? nullptr : slots_[*slot].session.get();
    }
    /// Joined sessions, in no order.
    [[nodiscard]] std::vector<PeerRef> joined() const;
    [[nodiscard]] std::size_t joined_count() const { return by_id_.size(); }
    /// Joined sessions of a user; none of `anonymous`, whose authids mean nothing.
    [[nodiscard]] std::span<const PeerRef> of_user(const std::string& authid) const;
    [[nodiscard]] RealmLimitCounts& limits_reached() { return limits_reached_; }

    /// Slots in use, of joined and of leaving sessions.
    [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size() - router_count_; }
    /// Whether any session is still being removed: then receivers have to be looked at one by one.
    [[nodiscard]] bool has_leaving() const { return leaving_ > 0; }

  private:
    struct Slot {
        std::uint32_t generation = 1;
        std::unique_ptr<Session> session;
    };
    Session& enter(SessionInfo info, const RolePermissions* role);
    void free_slot(std::uint32_t slot);
    [[nodiscard]] static bool is_of_user(const Session& session) {
        return session.info.authmethod != "anonymous";
    }

    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    IdMap<std::uint32_t> by_id_;
    std::size_t leaving_ = 0;
    std::size_t router_count_ = 0;
    std::uint64_t seed_;
    std::unordered_map<std::string, std::vector<PeerRef>> by_user_;
    const RealmLimits& limits_;
    RealmLimitCounts limits_reached_{};
};

}  // namespace kreisel
