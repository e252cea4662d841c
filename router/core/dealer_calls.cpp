// The way of a call to its callee: CALL, CANCEL, and waiting for a callee that is free.
#include "router/core/answers.hpp"
#include "router/core/cancel_mode.hpp"
#include "router/core/dealer.hpp"
#include "router/core/passthru.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

/// How long the router lets a callee be late that keeps the time of its calls itself.
constexpr Duration forwarded_timeout_grace = std::chrono::seconds{1};
constexpr std::uint64_t timeout_max_ms = std::uint64_t{10} * 365 * 24 * 3600 * 1000;

/// CALL.Options.timeout, bounded to ten years; it has been judged.
Duration timeout_of(const Dict& options) {
    return std::chrono::milliseconds{
        std::min(options.find_uint("timeout").value_or(0), timeout_max_ms)};
}

/// The resource key of a partitioned call; it has been judged.
Registrations::Key key_of(const Dict& options) {
    if (options.empty() || options.find("runmode") == nullptr) return std::nullopt;
    return options.find_text("rkey");
}

bool announces(const Session& session, Role role, Feature feature) {
    return session.info.roles.has(role, feature);
}

// WAMP a/rpc_progressive_call_invocations: a callee that cannot be canceled counts as one that
// takes no progressive invocations.
bool takes_progressive_invocations(const Session& callee) {
    return announces(callee, Role::callee, Feature::progressive_call_invocations) &&
           (announces(callee, Role::callee, Feature::call_canceling) ||
            callee.info.quirks.has_unannounced_progress);
}

/// INVOCATION.Details but for `progress`; the same for every INVOCATION of a call.
Dict invocation_details(const Session& caller, Disclose rule, const Choice& choice,
                        const Call& request) {
    Dict details;
    const Dict& options = request.options;
    if (choice.registration->match != MatchPolicy::exact) {
        details.append("procedure", request.procedure);
    }
    if (is_disclosed(rule, choice.member->wishes.wants_caller || options.is_true("disclose_me"))) {
        details.append("caller", caller.info.id);
        details.append("caller_authid", caller.info.authid);
        details.append("caller_authrole", caller.info.authrole);
    }
    if (const auto trust = caller.permissions.trust_level()) {
        details.append("trustlevel", std::uint64_t{*trust});
    }
    if (options.empty()) return details;
    if (options.is_true("receive_progress") &&
        announces(*choice.callee, Role::callee, Feature::progressive_call_results)) {
        details.append("receive_progress", true);
    }
    if (choice.member->wishes.forwards_timeout) {
        const auto timeout = options.find_uint("timeout").value_or(0);
        if (timeout > 0) details.append("timeout", timeout);
    }
    forward_passthru(options, details);
    return details;
}

}  // namespace

std::optional<Error> Dealer::judge(const Session& caller, const Call& request) const {
    const Dict& options = request.options;
    if (options.is_true("disclose_me") &&
        caller.disclosure(Action::call, request.procedure) == Disclose::never) {
        return Error{uris::disclose_me_disallowed, "callers of this procedure are not disclosed"};
    }
    const Value* timeout = options.find("timeout");
    if (timeout != nullptr && !timeout->is_null() && !timeout->to_uint()) {
        return Error{uris::invalid_argument, "timeout is no number of milliseconds from 0 on"};
    }
    // What the router asks is bounded by those on whose behalf it does.
    if (caller.calls.size() >= caller.limits->pending_calls_per_session && !caller.is_router) {
        caller.reached(RealmLimit::pending_calls_per_session);
        return Error{uris::limit_exceeded, "the session waits for as many calls as it may"};
    }
    const auto runmode = options.find_text("runmode");
    if (runmode && *runmode != "partition") {
        return Error{uris::invalid_argument, "runmode is not partition"};
    }
    if (runmode && !options.find_text("rkey")) {
        return Error{uris::invalid_argument, "runmode partition needs rkey"};
    }
    return std::nullopt;
}

Result<void> Dealer::call(Session& caller, Call&& request, Effects& effects) {
    PendingCall* known = calls_.find_call(caller, request.request);
    if (request.is_continuation) {
        // Too late: the answer and this have passed each other on the way.
        if (known == nullptr) return {};
        return continue_call(*known, std::move(request), effects);
    }
    if (known != nullptr) {
        return fail(uris::protocol_violation, "CALL with the request id of a pending call");
    }
    const bool is_open = request.options.is_true("progress");
    if (is_open && !announces(caller, Role::caller, Feature::progressive_call_invocations)) {
        return fail(uris::protocol_violation,
                    "CALL with progress by a caller that did not announce it");
    }
    const auto refuse = [&](std::string_view uri, std::string text) -> Result<void> {
        tell(caller, request.request,
             make_error(MessageType::call, request.request, uri, std::move(text)), effects);
        return {};
    };
    if (auto error = judge(caller, request)) return refuse(error->uri, std::move(error->text));
    const Choice choice = registrations_.choose(request.procedure, key_of(request.options));
    answer_orphans(effects);
    if (choice.registration == nullptr) {
        return refuse(uris::no_such_procedure, "no callee is registered for " + request.procedure);
    }
    const bool has_to_wait = choice.callee == nullptr;
    if (has_to_wait &&
        choice.registration->waiting.size() >= limits_.waiting_calls_per_registration) {
        caller.reached(RealmLimit::waiting_calls_per_registration);
        return refuse(uris::unavailable, "all callees are busy, and as many calls wait as may");
    }
    PendingCall& pending = calls_.add(caller, request.request);
    pending.registration = choice.registration->id;
    pending.is_open = is_open;
    pending.disclose = caller.disclosure(Action::call, request.procedure);
    pending.timeout = request.options.empty() ? Duration{} : timeout_of(request.options);
    if (pending.timeout > Duration::zero()) {
        calls_.set_deadline(pending, time_.now + pending.timeout);
    }
    if (has_to_wait) {
        const RegistrationId id = choice.registration->id;
        wait(pending, *choice.registration, std::move(request));
        // Those that wait before it may wait for somebody else.
        serve_waiting(id, effects);
    } else {
        invoke(pending, caller, choice, std::move(request), false, effects);
    }
    return {};
}

Result<void> Dealer::continue_call(PendingCall& pending, Call request, Effects& effects) {
    if (!pending.is_open) {
        return fail(uris::protocol_violation,
                    "CALL with the request id of a pending call that takes no more");
    }
    CallMemory& memory = *pending.memory;
    // rfc/text/advanced/rpc_progressive_call_invocations: only id and procedure together continue.
    if (memory.procedure != request.procedure) return {};
    pending.is_open = request.options.is_true("progress");
    if (pending.is_interrupted) return {};
    if (pending.is_waiting()) {
        if (memory.more.size() >= limits_.waiting_calls_per_registration) {
            finish_with(pending, uris::limit_exceeded,
                        "the call waits for a callee, and more was sent than may wait", effects);
            return {};
        }
        memory.more.push_back(std::move(request.payload));
        return {};
    }
    pending.is_bound = true;
    memory.payload = {};
    send_more(pending, std::move(request.payload), !pending.is_open, effects);
    if (!pending.is_open) pending.memory.reset();
    return {};
}

bool Dealer::invoke(PendingCall& pending, const Session& caller, const Choice& choice,
                    Call&& request, bool has_more, Effects& effects) {
    Session& callee = *choice.callee;
    const bool is_progressive = pending.is_open || has_more;
    if (is_progressive && !takes_progressive_invocations(callee)) {
        finish_with(pending, uris::feature_not_supported,
                    "the callee takes no progressive invocations", effects);
        return false;
    }
    // WAMP a/payload_passthru_mode: Feature Announcement.
    if (is_passthru(request.options) && !knows_passthru(callee.info.roles, Role::callee)) {
        finish_with(pending, uris::feature_not_supported,
                    "the callee did not announce payload_passthru_mode", effects);
        return false;
    }
    calls_.assign(pending, callee);
    pending.member = choice.member->number;
    pending.is_counted = choice.member->wishes.concurrency > 0;
    if (pending.is_counted) ++choice.member->running;
    Dict details = invocation_details(caller, pending.disclose, choice, request);
    if (!request.options.empty()) {
        pending.takes_progress = details.is_true("receive_progress");
        const bool is_forwarded = details.find("timeout") != nullptr;
        pending.grace = is_forwarded && !caller.is_router ? forwarded_timeout_grace : Duration{};
        if (is_forwarded) {
            calls_.set_deadline(pending, time_.now + pending.timeout + pending.grace);
        }
    }
    remember(pending, callee, request, details, has_more);
    if (is_progressive) details.append("progress", true);
    effects.send(callee.ref, Invocation{pending.invocation, choice.registration->id,
                                        std::move(details), std::move(request.payload)});
    return true;
}

void Dealer::remember(PendingCall& pending, const Session& callee, const Call& request,
                      const Dict& details, bool has_more) {
    const bool is_progressive = pending.is_open || has_more;
    const bool may_move = !has_more && announces(callee, Role::callee, Feature::call_reroute);
    if (!is_progressive && !may_move) return pending.memory.reset();
    if (pending.memory == nullptr) pending.memory = std::make_unique<CallMemory>();
    CallMemory& memory = *pending.memory;
    memory.procedure = request.procedure;
    memory.options = request.options;
    memory.details = details;
    memory.payload = may_move ? request.payload : Payload{};
}

bool Dealer::invoke_from_memory(PendingCall& pending, const Session& caller, const Choice& choice,
                                Effects& effects) {
    CallMemory& memory = *pending.memory;
    const std::vector<Payload> more = std::exchange(memory.more, {});
    Call request{pending.call, memory.options, memory.procedure, memory.payload};
    if (!invoke(pending, caller, choice, std::move(request), !more.empty(), effects)) return false;
    if (more.empty()) return true;
    pending.is_bound = true;
    for (std::size_t i = 0; i < more.size(); ++i) {
        send_more(pending, more[i], i + 1 == more.size() && !pending.is_open, effects);
    }
    if (!pending.is_open) pending.memory.reset();
    return true;
}

void Dealer::send_more(const PendingCall& pending, Payload payload, bool is_last,
                       Effects& effects) {
    Dict details = pending.memory->details;
    if (!is_last) details.append("progress", true);
    effects.send(pending.callee, Invocation{pending.invocation, pending.registration,
                                            std::move(details), std::move(payload)});
}

void Dealer::cancel(Session& caller, const Cancel& request, Effects& effects) {
    PendingCall* pending = calls_.find_call(caller, request.request);
    // CANCEL and the final answer may pass each other on the way: no fault of the caller.
    if (pending == nullptr) return;
    auto mode = cancel_mode_of(request.options.find_text("mode").value_or("killnowait"));
    if (!mode) {
        effects.send(caller.ref, make_error(MessageType::cancel, request.request,
                                            uris::invalid_argument, invalid_cancel_mode));
        return;
    }
    const bool is_forgotten =
        caller.info.quirks.forgets_canceled_calls && *mode != CancelMode::kill;
    // rfc/text/advanced/rpc_call_canceling: without the callee's support it is as if to skip.
    if (!knows_canceling(pending->callee)) mode = CancelMode::skip;
    if (*mode == CancelMode::kill) return interrupt(*pending, "kill", effects);
    if (*mode == CancelMode::killnowait) interrupt(*pending, "killnowait", effects);
    if (is_forgotten) {
        finish(*pending, effects);
        return;
    }
    finish_with(*pending, uris::canceled, "the caller canceled the call", effects);
}

// --- waiting for a callee that is free ---

void Dealer::wait(PendingCall& pending, Registration& registration, Call request) {
    pending.memory = std::make_unique<CallMemory>();
    pending.memory->procedure = std::move(request.procedure);
    pending.memory->options = std::move(request.options);
    pending.memory->payload = std::move(request.payload);
    pending.waiting = ++last_turn_;
    registration.waiting.emplace(pending.waiting, calls_.place_of(pending));
}

void Dealer::serve_waiting(RegistrationId id, Effects& effects) {
    std::uint64_t turn = 0;
    for (;;) {
        const Registration* registration = registrations_.find(id);
        if (registration == nullptr) break;
        const auto next = registration->waiting.upper_bound(turn);
        if (next == registration->waiting.end()) break;
        turn = next->first;
        const std::uint32_t place = next->second;
        const auto rkey = key_of(calls_.at(place).memory->options);
        const Choice choice = registrations_.choose_free(id, rkey);
        if (choice.registration == nullptr) break;
        if (choice.callee != nullptr) {
            serve(calls_.at(place), choice, effects);
        } else if (!rkey) {
            break;  // who comes later has no better chance, but for partitioned calls
        }
    }
    answer_orphans(effects);
}

void Dealer::serve(PendingCall& pending, const Choice& choice, Effects& effects) {
    choice.registration->waiting.erase(std::exchange(pending.waiting, 0));
    const Session* caller = sessions_.find(pending.caller);
    if (caller == nullptr) {
        finish(pending, effects);  // it is leaving
    } else {
        invoke_from_memory(pending, *caller, choice, effects);
    }
}

void Dealer::answer_orphans(Effects& effects) {
    if (registrations_.orphans().empty()) return;
    for (const std::uint32_t place : std::exchange(registrations_.orphans(), {})) {
        PendingCall& pending = calls_.at(place);
        pending.waiting = 0;
        finish_with(pending, uris::canceled, "the last callee left", effects);
    }
}

}  // namespace kreisel
