#include "router/core/dealer.hpp"

#include "router/core/answers.hpp"

#include <utility>

namespace kreisel {

void Dealer::register_(Session& session, const Register& request, Effects& effects) {
    if (request.options.is_true("force_reregister")) take_over(session, request, effects);
    add_registration(session, request, true, effects);
}

void Dealer::add_registration(Session& session, const Register& request, bool may_wait,
                              Effects& effects) {
    auto added = registrations_.add(session, request);
    // Of a registration whose last callee was leaving.
    answer_orphans(effects);
    if (added) {
        effects.send(session.ref, Registered{request.request, *added});
        return serve_waiting(*added, effects);
    }
    if (may_wait && added.error().uri == uris::procedure_already_exists &&
        has_waited_for_ghost(session, request, effects)) {
        return;
    }
    effects.send(session.ref, make_error(MessageType::register_, request.request, added.error().uri,
                                         std::move(added.error().text)));
}

bool Dealer::has_waited_for_ghost(const Session& session, const Register& request,
                                  Effects& effects) {
    // An anonymous authid says nothing of who it is.
    if (session.info.authmethod == "anonymous" || heirs_.is_full()) return false;
    const auto match = match_policy_of(request.options.find_text("match").value_or("exact"));
    const Registration* registration =
        match ? registrations_.find(request.procedure, *match) : nullptr;
    if (registration == nullptr || registration->invoke != InvokePolicy::single) return false;
    const PeerRef holder = registration->members.callees().front();
    const Session* former = sessions_.find(holder);
    if (former == nullptr || former == &session || former->info.authid != session.info.authid ||
        former->info.authmethod == "anonymous") {
        return false;
    }
    heirs_.add({session.ref, holder, registration->id, request, time_.now + Heirs::patience});
    effects.probe(holder);
    return true;
}

void Dealer::confirm_alive(PeerRef holder, Effects& effects) {
    for (const Heirs::Waiting& waiting : heirs_.take(holder)) {
        Session* session = sessions_.find(waiting.session);
        if (session != nullptr) add_registration(*session, waiting.request, false, effects);
    }
}

bool Dealer::remove_registration(Session& session, RegistrationId registration, Effects& effects) {
    if (!registrations_.remove(session, registration)) return false;
    pass_on(registration, effects);
    return true;
}

void Dealer::pass_on(RegistrationId registration, Effects& effects) {
    answer_orphans(effects);
    // Where the policy names one member, it is now the turn of another one, which may be free.
    serve_waiting(registration, effects);
    if (heirs_.empty()) return;
    for (const Heirs::Waiting& waiting : heirs_.take(registration)) {
        Session* heir = sessions_.find(waiting.session);
        if (heir != nullptr) add_registration(*heir, waiting.request, false, effects);
    }
}

void Dealer::take_over(Session& session, const Register& request, Effects& effects) {
    const auto match = match_policy_of(request.options.find_text("match").value_or("exact"));
    const Registration* registration =
        match ? registrations_.find(request.procedure, *match) : nullptr;
    if (registration == nullptr) return;
    // What is refused in the end must not have taken anything from anybody.
    if (!registrations_.may_take_over(session, request, *registration)) return;
    const RegistrationId id = registration->id;
    for (const PeerRef peer : registration->members.callees()) {
        Session* callee = sessions_.find(peer);
        // Nobody takes a procedure from a session of another role.
        if (callee == nullptr || callee->info.authrole != session.info.authrole) continue;
        if (registrations_.remove(*callee, id)) {
            tell_revoked(*callee, id, uris::taken_over, effects);
        }
    }
    // Not before all of them are out: no call may go to one that is about to lose it.
    pass_on(id, effects);
}

void Dealer::unregister(Session& session, const Unregister& request, Effects& effects) {
    // Invocations that are under way stay answerable.
    if (session.registrations.find(request.registration.value) == nullptr) {
        effects.send(session.ref, make_error(MessageType::unregister, request.request,
                                             uris::no_such_registration,
                                             "the session holds no registration of this id"));
        return;
    }
    effects.send(session.ref, Unregistered{request.request, {}});
    remove_registration(session, request.registration, effects);
}

void Dealer::remove_callee(Session& session, RegistrationId registration, Effects& effects) {
    remove_registration(session, registration, effects);
}

void Dealer::revoke_unpermitted(Session& session, const SessionPermissions& before,
                                Effects& effects) {
    for (const std::uint64_t id : session.registrations.keys()) {
        const Registration& registration = registrations_.at(RegistrationId{id});
        if (session.permissions.may_keep(before, Action::register_, registration.procedure,
                                         registration.match)) {
            continue;
        }
        revoke(session, RegistrationId{id}, uris::not_authorized, effects);
    }
}

void Dealer::revoke(Session& session, RegistrationId registration, std::string_view reason,
                    Effects& effects) {
    if (!registrations_.remove(session, registration)) return;
    tell_revoked(session, registration, reason, effects);
    pass_on(registration, effects);
}

void Dealer::tell_revoked(const Session& session, RegistrationId registration,
                          std::string_view reason, Effects& effects) {
    if (!session.info.roles.has(Role::callee, Feature::registration_revocation)) return;
    Dict details{{"registration", registration}};
    if (!reason.empty()) details.append("reason", reason);
    effects.send(session.ref, Unregistered{RequestId{}, std::move(details)});
}

void Dealer::clear() {
    heirs_.clear();
    registrations_.clear();
    calls_.clear();
    replies_.clear();
}

}  // namespace kreisel
