// The way back to the caller: YIELD and ERROR, rerouting, and every end of a call without an
// answer.
#include "router/core/answers.hpp"
#include "router/core/dealer.hpp"
#include "router/core/passthru.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kreisel {

namespace {

/// Calls that may time out in one step of the realm.
constexpr std::size_t timeouts_per_step = 10'000;

/// Details of an ERROR as the callee gave them, but for attributes of payload passthru that is off
/// and of the older payload transparency, which this router does not announce.
Dict forwarded_details(Dict details) {
    if (details.empty()) return details;
    if (!is_passthru(details)) erase_passthru(details);
    for (const std::string_view key : {"enc_algo", "enc_key", "enc_serializer"}) details.erase(key);
    return details;
}

}  // namespace

Result<PendingCall*> Dealer::find_answered(const Session& callee, RequestId invocation) {
    // Ids run 1, 2, 3... per callee: whether one was ever issued needs no memory of old calls.
    if (invocation.value == 0 || invocation.value > callee.last_invocation) {
        if (callee.info.quirks.goes_on_from_last_session) return nullptr;
        return fail(uris::protocol_violation, "answer to an INVOCATION that was never sent");
    }
    return calls_.find_invocation(callee, invocation);
}

Result<void> Dealer::yield(Session& callee, Yield&& answer_message, Effects& effects) {
    const auto pending = find_answered(callee, answer_message.request);
    if (!pending) return tl::unexpected<Error>(pending.error());
    if (*pending == nullptr) return {};
    if (answer_message.options.is_true("progress")) {
        yield_progress(**pending, std::move(answer_message), effects);
        return {};
    }
    if (is_unreadable(**pending, answer_message.options)) {
        refuse_answer(**pending, effects);
        return {};
    }
    const PendingCall call = finish(**pending, effects);
    Dict details;
    forward_passthru(answer_message.options, details);
    answer(call, ResultMessage{call.call, std::move(details), std::move(answer_message.payload)},
           effects);
    return {};
}

void Dealer::yield_progress(PendingCall& pending, Yield answer_message, Effects& effects) {
    // What was not asked for must not reach the caller; the final result still may.
    if (!pending.takes_progress) return;
    if (is_unreadable(pending, answer_message.options)) {
        // The callee has more to say, and nobody listens.
        if (knows_canceling(pending.callee)) interrupt(pending, "killnowait", effects);
        return refuse_answer(pending, effects);
    }
    pending.is_bound = true;
    if (pending.timeout > Duration::zero()) {
        // rfc/text/advanced/rpc_progressive_call_results: the time between results counts.
        calls_.set_deadline(pending, time_.now + pending.timeout + pending.grace);
    }
    Dict details{{"progress", true}};
    forward_passthru(answer_message.options, details);
    answer(pending,
           ResultMessage{pending.call, std::move(details), std::move(answer_message.payload)},
           effects);
}

bool Dealer::is_unreadable(const PendingCall& pending, const Dict& options) const {
    if (!is_passthru(options)) return false;
    const Session* caller = sessions_.find(pending.caller);
    return caller != nullptr && !knows_passthru(caller->info.roles, Role::caller);
}

void Dealer::refuse_answer(PendingCall& pending, Effects& effects) {
    finish_with(pending, uris::feature_not_supported,
                "the callee answers with payload passthru, and the caller did not announce it",
                effects);
}

Result<void> Dealer::error(Session& callee, ErrorMessage&& answer_message, Effects& effects) {
    if (answer_message.request_type != MessageType::invocation) {
        return fail(uris::protocol_violation, "ERROR that is not for an INVOCATION");
    }
    const auto pending = find_answered(callee, answer_message.request);
    if (!pending) return tl::unexpected<Error>(pending.error());
    if (*pending == nullptr) return {};
    const bool may_move = (*pending)->memory != nullptr && !(*pending)->is_bound &&
                          !(*pending)->is_interrupted &&
                          callee.info.roles.has(Role::callee, Feature::call_reroute);
    if (may_move && answer_message.error == uris::unavailable) {
        reroute(**pending, effects);
        return {};
    }
    if (is_unreadable(**pending, answer_message.details)) {
        refuse_answer(**pending, effects);
        return {};
    }
    const PendingCall call = finish(**pending, effects);
    answer(call,
           ErrorMessage{MessageType::call, call.call,
                        forwarded_details(std::move(answer_message.details)),
                        std::move(answer_message.error), std::move(answer_message.payload)},
           effects);
    return {};
}

void Dealer::reroute(PendingCall& pending, Effects& effects) {
    pending.memory->tried.push_back(pending.member);
    const std::uint32_t place = calls_.place_of(pending);
    // What belongs to one callee by its key cannot go to another.
    const bool is_partitioned = pending.memory->options.find("runmode") != nullptr;
    const Choice choice =
        is_partitioned ? Choice{}
                       : registrations_.choose_other(pending.registration, pending.memory->tried);
    const Session* caller = sessions_.find(pending.caller);
    if (choice.callee == nullptr || caller == nullptr) {
        finish_with(pending, uris::no_available_callee, "no callee could take the call", effects);
        return answer_orphans(effects);
    }
    release_member(pending);
    calls_.unassign(pending);
    const RegistrationId registration = pending.registration;
    invoke_from_memory(calls_.at(place), *caller, choice, effects);
    serve_waiting(registration, effects);
}

void Dealer::refuse_invocation(const Session& callee, RequestId invocation, std::string_view error,
                               Effects& effects) {
    PendingCall* pending = calls_.find_invocation(callee, invocation);
    if (pending == nullptr) return;
    const bool is_new = !pending->is_bound && !pending->is_interrupted;
    if (is_new && pending->memory != nullptr && error == uris::unavailable &&
        callee.info.roles.has(Role::callee, Feature::call_reroute)) {
        return reroute(*pending, effects);
    }
    // A callee that has the beginning is told that nothing follows.
    if (pending->is_bound && knows_canceling(pending->callee)) {
        interrupt(*pending, "killnowait", effects);
    }
    finish_with(*pending, error, "the callee could not take the call", effects);
}

void Dealer::drop_call(const Session& caller, RequestId request, Effects& effects) {
    PendingCall* pending = calls_.find_call(caller, request);
    if (pending == nullptr) return;
    if (knows_canceling(pending->callee)) interrupt(*pending, "killnowait", effects);
    finish(*pending, effects);
}

void Dealer::drop_invocation(const Session& callee, RequestId invocation, Effects& effects) {
    PendingCall* pending = calls_.find_invocation(callee, invocation);
    if (pending == nullptr) return;
    finish_with(*pending, uris::canceled, "the callee left", effects);
}

std::optional<TimePoint> Dealer::next_deadline() const {
    const auto calls = calls_.next_deadline();
    const auto requests = heirs_.next_deadline();
    if (!calls || !requests) return calls ? calls : requests;
    return std::min(*calls, *requests);
}

void Dealer::on_time(Effects& effects) {
    if (!heirs_.empty()) {
        for (const Heirs::Waiting& waiting : heirs_.take_due(time_.now)) {
            Session* session = sessions_.find(waiting.session);
            if (session != nullptr) add_registration(*session, waiting.request, false, effects);
        }
    }
    // Callees that get free are given calls when all that are due are out: one that waited until
    // its time was up must not be invoked any more.
    std::vector<RegistrationId> freed;
    for (std::size_t count = 0; count < timeouts_per_step; ++count) {
        PendingCall* pending = calls_.find_due(time_.now);
        if (pending == nullptr) break;
        if (pending->is_counted) freed.push_back(pending->registration);
        release_member(*pending);
        if (knows_canceling(pending->callee)) interrupt(*pending, "killnowait", effects);
        finish_with(*pending, uris::timeout, "the call was not answered in time", effects);
    }
    for (const RegistrationId registration : freed) serve_waiting(registration, effects);
}

PendingCall Dealer::finish(PendingCall& pending, Effects& effects) {
    if (pending.waiting != 0) {
        Registration* registration = registrations_.find(pending.registration);
        if (registration != nullptr) registration->waiting.erase(pending.waiting);
    }
    const bool is_freeing = pending.is_counted;
    release_member(pending);
    PendingCall taken = calls_.take(pending);
    if (is_freeing) serve_waiting(taken.registration, effects);
    return taken;
}

void Dealer::release_member(PendingCall& pending) {
    if (!std::exchange(pending.is_counted, false)) return;
    Registration* registration = registrations_.find(pending.registration);
    if (registration == nullptr) return;
    Members::Member* member = registration->members.find(pending.member);
    if (member != nullptr) --member->running;
}

void Dealer::answer(const PendingCall& call, Message&& message, Effects& effects) {
    // A caller that is leaving is told nothing any more.
    const Session* caller = sessions_.find(call.caller);
    if (caller != nullptr) tell(*caller, call.call, std::move(message), effects);
}

void Dealer::tell(const Session& caller, RequestId request, Message&& message, Effects& effects) {
    if (!caller.is_router) return effects.send(caller.ref, std::move(message));
    replies_.push_back({request, std::move(message)});
}

void Dealer::finish_with(PendingCall& pending, std::string_view uri, std::string text,
                         Effects& effects) {
    const PendingCall call = finish(pending, effects);
    answer(call, make_error(MessageType::call, call.call, uri, std::move(text)), effects);
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

}  // namespace kreisel
