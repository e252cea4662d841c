#include "router/core/sessions.hpp"

#include "common/base/check.hpp"

#include <utility>

namespace kreisel {

Session& Sessions::add(SessionInfo info, const RolePermissions* role) {
    Session& added = enter(std::move(info), role);
    by_id_.insert(added.info.id.value, added.ref.slot);
    if (is_of_user(added)) by_user_[added.info.authid].push_back(added.ref);
    return added;
}

Session& Sessions::add_router(SessionInfo info, const RolePermissions* role) {
    CHECK(router_count_ == 0, "the router needs one session");
    Session& added = enter(std::move(info), role);
    added.is_router = true;
    ++router_count_;
    return added;
}

Session& Sessions::enter(SessionInfo info, const RolePermissions* role) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    auto session = std::make_unique<Session>();
    session->ref = PeerRef{slot, slots_[slot].generation};
    session->info = std::move(info);
    set_permissions(*session, role);
    session->limits_reached = &limits_reached_;
    session->calls = IdMap<std::uint32_t>(seed_);
    slots_[slot].session = std::move(session);
    return *slots_[slot].session;
}

void Sessions::set_permissions(Session& session, const RolePermissions* role) const {
    const SessionInfo& info = session.info;
    session.permissions = {role, {info.authid, info.authrole, info.id}};
    const RealmLimits* own = role == nullptr ? nullptr : role->traits().limits.get();
    session.limits = own == nullptr ? &limits_ : own;
    const bool is_asked_for = !session.permissions.authorizer().empty();
    if (is_asked_for && session.gate == nullptr) session.gate = std::make_unique<Gate>();
    // What waits goes its way by the new rules before the gate is taken away.
    const bool is_idle = session.gate != nullptr && session.gate->held.empty();
    if (!is_asked_for && is_idle) session.gate.reset();
}

std::span<const PeerRef> Sessions::of_user(const std::string& authid) const {
    const auto found = by_user_.find(authid);
    return found == by_user_.end() ? std::span<const PeerRef>() : found->second;
}

void Sessions::start_leaving(Session& session) {
    CHECK(!session.is_leaving, "a session leaves once");
    by_id_.erase(session.info.id.value);
    if (is_of_user(session)) {
        const auto user = by_user_.find(session.info.authid);
        CHECK(user != by_user_.end(), "a user's sessions are counted from the first to the last");
        std::erase(user->second, session.ref);
        if (user->second.empty()) by_user_.erase(user);
    }
    session.is_leaving = true;
    ++leaving_;
}

void Sessions::remove(Session& session) {
    CHECK(session.is_leaving, "a session leaves before it is removed");
    --leaving_;
    free_slot(session.ref.slot);
}

void Sessions::clear() {
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
        if (slots_[slot].session != nullptr) free_slot(slot);
    }
    by_id_.clear();
    by_user_.clear();
    leaving_ = 0;
    router_count_ = 0;
}

void Sessions::free_slot(std::uint32_t slot) {
    slots_[slot].session.reset();
    ++slots_[slot].generation;
    free_.push_back(slot);
}

std::vector<PeerRef> Sessions::joined() const {
    std::vector<PeerRef> all;
    all.reserve(by_id_.size());
    for (const Slot& slot : slots_) {
        const Session* session = slot.session.get();
        if (session == nullptr || session->is_leaving || session->is_router) continue;
        all.push_back(session->ref);
    }
    return all;
}

}  // namespace kreisel
