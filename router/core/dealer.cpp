#include "router/core/dealer.hpp"

#include "router/core/answers.hpp"

#include <utility>

namespace kreisel {

namespace {

enum class CancelMode : std::uint8_t { skip, kill, killnowait };

std::optional<CancelMode> cancel_mode_of(std::string_view text) {
    if (text == "skip") return CancelMode::skip;
    if (text == "kill") return CancelMode::kill;
    if (text == "killnowait") return CancelMode::killnowait;
    return std::nullopt;
}

/// Details of an ERROR as the callee gave them, but for attributes of features that this router
/// does not announce: payload passthru and the older payload transparency.
Dict forwarded_details(Dict details) {
    constexpr std::string_view kept_back[] = {"ppt_scheme",    "ppt_serializer", "ppt_cipher",
                                              "ppt_keyid",     "enc_algo",       "enc_key",
                                              "enc_serializer"};
    if (details.empty()) return details;
    for (const std::string_view key : kept_back) details.erase(key);
    return details;
}

Dict invocation_details(const Session& caller, const Choice& choice, std::string_view procedure,
                        bool is_caller_given) {
    Dict details;
    if (choice.registration->match != MatchPolicy::exact) details.append("procedure", procedure);
    if (is_caller_given) {
        details.append("caller", caller.info.id);
        details.append("caller_authid", caller.info.authid);
        details.append("caller_authrole", caller.info.authrole);
    }
    if (const auto trust = caller.permissions->trust_level()) {
        details.append("trustlevel", std::uint64_t{*trust});
    }
    return details;
}

}  // namespace

void Dealer::register_(Session& session, const Register& request, Effects& effects) {
    auto added = registrations_.add(session, request);
    if (!added) {
        effects.send(session.ref, make_error(MessageType::register_, request.request,
                                             added.error().uri, std::move(added.error().text)));
        return;
    }
    effects.send(session.ref, Registered{request.request, *added});
}

void Dealer::unregister(Session& session, const Unregister& request, Effects& effects) {
    // Invocations that are under way stay answerable.
    if (!registrations_.remove(session, request.registration)) {
        effects.send(session.ref, make_error(MessageType::unregister, request.request,
                                             uris::no_such_registration,
                                             "the session holds no registration of this id"));
        return;
    }
    effects.send(session.ref, Unregistered{request.request, {}});
}

Result<void> Dealer::call(Session& caller, Call request, Effects& effects) {
    if (caller.calls.find(request.request.value) != nullptr) {
        return fail(uris::protocol_violation, "CALL with the request id of a pending call");
    }
    const auto refuse = [&](std::string_view uri, std::string text) -> Result<void> {
        effects.send(caller.ref,
                     make_error(MessageType::call, request.request, uri, std::move(text)));
        return {};
    };
    const bool is_asked = request.options.is_true("disclose_me");
    const Disclose rule = caller.permissions->disclosure(Action::call, request.procedure);
    if (is_asked && rule == Disclose::never) {
        return refuse(uris::disclose_me_disallowed, "callers of this procedure are not disclosed");
    }
    if (caller.calls.size() >= limits_.pending_calls_per_session) {
        return refuse(uris::limit_exceeded, "the session waits for as many calls as it may");
    }
    const Choice choice = registrations_.choose(request.procedure);
    if (choice.callee == nullptr) {
        return refuse(uris::no_such_procedure, "no callee is registered for " + request.procedure);
    }
    const bool is_caller_given = is_disclosed(rule, is_asked || choice.wants_caller);
    const PendingCall& pending = calls_.add(caller, request.request, *choice.callee);
    effects.send(choice.callee->ref,
                 Invocation{pending.invocation, choice.registration->id,
                            invocation_details(caller, choice, request.procedure, is_caller_given),
                            std::move(request.payload)});
    return {};
}

void Dealer::cancel(Session& caller, const Cancel& request, Effects& effects) {
    PendingCall* pending = calls_.find_call(caller, request.request);
    // CANCEL and the final answer may pass each other on the way: no fault of the caller.
    if (pending == nullptr) return;
    auto mode = cancel_mode_of(request.options.find_text("mode").value_or("killnowait"));
    if (!mode) {
        effects.send(caller.ref,
                     make_error(MessageType::cancel, request.request, uris::invalid_argument,
                                "mode is none of skip, kill and killnowait"));
        return;
    }
    // rfc/text/advanced/rpc_call_canceling: without the callee's support it is as if to skip.
    if (!knows_canceling(pending->callee)) mode = CancelMode::skip;
    if (*mode == CancelMode::kill) return interrupt(*pending, "kill", effects);
    if (*mode == CancelMode::killnowait) interrupt(*pending, "killnowait", effects);
    answer_canceled(calls_.take(*pending), "the caller canceled the call", effects);
}

Result<PendingCall*> Dealer::find_answered(const Session& callee, RequestId invocation) {
    // Ids run 1, 2, 3... per callee: whether one was ever issued needs no memory of old calls.
    if (invocation.value == 0 || invocation.value > callee.last_invocation) {
        if (callee.info.quirks.goes_on_from_last_session) return nullptr;
        return fail(uris::protocol_violation, "answer to an INVOCATION that was never sent");
    }
    return calls_.find_invocation(callee, invocation);
}

Result<void> Dealer::yield(Session& callee, Yield answer_message, Effects& effects) {
    const auto pending = find_answered(callee, answer_message.request);
    if (!pending) return tl::unexpected<Error>(pending.error());
    if (*pending == nullptr) return {};
    // No INVOCATION asks for progressive results, so none may reach a caller; the final one still
    // may.
    if (answer_message.options.is_true("progress")) return {};
    const PendingCall call = calls_.take(**pending);
    answer(call, ResultMessage{call.call, {}, std::move(answer_message.payload)}, effects);
    return {};
}

Result<void> Dealer::error(Session& callee, ErrorMessage answer_message, Effects& effects) {
    if (answer_message.request_type != MessageType::invocation) {
        return fail(uris::protocol_violation, "ERROR that is not for an INVOCATION");
    }
    const auto pending = find_answered(callee, answer_message.request);
    if (!pending) return tl::unexpected<Error>(pending.error());
    if (*pending == nullptr) return {};
    const PendingCall call = calls_.take(**pending);
    answer(call,
           ErrorMessage{MessageType::call, call.call,
                        forwarded_details(std::move(answer_message.details)),
                        std::move(answer_message.error), std::move(answer_message.payload)},
           effects);
    return {};
}

void Dealer::refuse_invocation(const Session& callee, RequestId invocation, std::string_view error,
                               Effects& effects) {
    const PendingCall* pending = calls_.find_invocation(callee, invocation);
    if (pending == nullptr) return;
    const PendingCall call = calls_.take(*pending);
    answer(call,
           make_error(MessageType::call, call.call, error, "the callee could not take the call"),
           effects);
}

void Dealer::drop_call(const Session& caller, RequestId request, Effects& effects) {
    PendingCall* pending = calls_.find_call(caller, request);
    if (pending == nullptr) return;
    if (knows_canceling(pending->callee)) interrupt(*pending, "killnowait", effects);
    calls_.take(*pending);
}

void Dealer::drop_invocation(const Session& callee, RequestId invocation, Effects& effects) {
    const PendingCall* pending = calls_.find_invocation(callee, invocation);
    if (pending == nullptr) return;
    answer_canceled(calls_.take(*pending), "the callee left", effects);
}

void Dealer::answer(const PendingCall& call, Message message, Effects& effects) {
    // A caller that is leaving is told nothing any more.
    if (sessions_.find(call.caller) != nullptr) effects.send(call.caller, std::move(message));
}

void Dealer::answer_canceled(const PendingCall& call, std::string text, Effects& effects) {
    answer(call, make_error(MessageType::call, call.call, uris::canceled, std::move(text)),
           effects);
}

void Dealer::interrupt(PendingCall& call, std::string_view mode, Effects& effects) {
    if (call.is_interrupted) return;
    call.is_interrupted = true;
    effects.send(call.callee, Interrupt{call.invocation, Dict{{"mode", Value(mode)}}});
}

bool Dealer::knows_canceling(PeerRef callee) const {
    const Session* session = sessions_.find(callee);
    return session != nullptr && session->info.roles.has(Role::callee, Feature::call_canceling);
}

void Dealer::revoke_unpermitted(Session& session, Effects& effects) {
    for (const std::uint64_t id : session.registrations.keys()) {
        const Registration& registration = registrations_.at(RegistrationId{id});
        if (session.permissions
                ->decide(Action::register_, registration.procedure, registration.match)
                .is_allowed) {
            continue;
        }
        revoke(session, RegistrationId{id}, uris::not_authorized, effects);
    }
}

void Dealer::revoke(Session& session, RegistrationId id, std::string_view reason,
                    Effects& effects) {
    registrations_.remove(session, id);
    if (!session.info.roles.has(Role::callee, Feature::registration_revocation)) return;
    Dict details{{"registration", id}};
    if (!reason.empty()) details.append("reason", reason);
    effects.send(session.ref, Unregistered{RequestId{}, std::move(details)});
}

void Dealer::clear() {
    registrations_.clear();
    calls_.clear();
}

}  // namespace kreisel
