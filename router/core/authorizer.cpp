#include "router/core/authorizer.hpp"

#include "common/base/check.hpp"
#include "router/core/answers.hpp"
#include "router/core/cancel_mode.hpp"
#include "router/core/meta/details.hpp"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

namespace kreisel {

namespace {

constexpr std::uint64_t cache_max_ms = std::uint64_t{10} * 365 * 24 * 3600 * 1000;

/// What the queue counts: payload and URI, and something for the rest.
std::size_t bytes_of(const Message& message) {
    constexpr std::size_t rest = 256;
    const auto facts = request_facts(message);
    std::size_t bytes = rest + (facts ? facts->uri.size() : 0);
    if (const auto* publish = std::get_if<Publish>(&message))
        bytes += publish->payload.bytes.size();
    if (const auto* call = std::get_if<Call>(&message)) bytes += call->payload.bytes.size();
    return bytes;
}

/// Whom a refusal goes to; nothing for what is not answered.
std::optional<RequestFacts> answered_facts(const Message& message) {
    if (auto facts = request_facts(message)) return facts;
    RequestFacts facts;
    facts.type = type_of(message);
    if (const auto* unsubscribe = std::get_if<Unsubscribe>(&message)) {
        facts.request = unsubscribe->request;
    } else if (const auto* unregister = std::get_if<Unregister>(&message)) {
        facts.request = unregister->request;
    } else if (const auto* subscribe = std::get_if<Subscribe>(&message)) {
        facts.request = subscribe->request;
    } else if (const auto* registering = std::get_if<Register>(&message)) {
        facts.request = registering->request;
    } else if (const auto* call = std::get_if<Call>(&message)) {
        facts.request = call->request;
    }
    return facts;
}

struct Said {
    Ruling ruling;
    bool is_kept = false;
    std::optional<Duration> lifetime;  ///< absent: as long as the session
};

/// What the authorizer answered. Anything but a plain yes or no counts as a failure.
Said read_answer(const Message& message) {
    const auto* result = std::get_if<ResultMessage>(&message);
    if (result == nullptr) return {};
    const Arguments given = read_payload(result->payload);
    if (given.args.empty()) return {};
    const auto kind_of = [](bool is_allowed) {
        return is_allowed ? Ruling::Kind::allowed : Ruling::Kind::denied;
    };
    if (const bool* yes = given.args[0].get_if<bool>()) return {{kind_of(*yes), {}}, false, {}};
    const Dict* dict = given.args[0].get_if<Dict>();
    const Value* allow = dict == nullptr ? nullptr : dict->find("allow");
    if (allow == nullptr || allow->get_if<bool>() == nullptr) return {};
    Said said;
    said.ruling.kind = kind_of(*allow->get_if<bool>());
    if (const Value* disclose = dict->find("disclose");
        disclose != nullptr && !disclose->is_null()) {
        const bool* is_disclosed = disclose->get_if<bool>();
        if (is_disclosed == nullptr) return {};
        said.ruling.disclose = *is_disclosed ? Disclose::always : Disclose::never;
    }
    if (const Value* cache = dict->find("cache"); cache != nullptr && !cache->is_null()) {
        if (const bool* is_kept = cache->get_if<bool>()) {
            said.is_kept = *is_kept;
        } else if (const auto time = cache->to_uint()) {
            said.is_kept = *time > 0;
            said.lifetime = std::chrono::milliseconds{std::min(*time, cache_max_ms)};
        } else {
            return {};
        }
    }
    return said;
}

}  // namespace

bool Authorizer::may_be_held(const Message& message) {
    return std::holds_alternative<Publish>(message) || std::holds_alternative<Call>(message) ||
           std::holds_alternative<Subscribe>(message) ||
           std::holds_alternative<Unsubscribe>(message) ||
           std::holds_alternative<Register>(message) || std::holds_alternative<Unregister>(message);
}

void Authorizer::hold(Session& session, Message&& message, Effects& effects) {
    Gate& gate = *session.gate;
    const std::size_t bytes = bytes_of(message);
    const RealmLimits& limits = *session.limits;
    const bool is_waiting = !gate.held.empty();
    const bool has_room = gate.held.size() < limits.held_requests_per_session &&
                          gate.held_bytes + bytes <= limits.held_bytes_per_session;
    if (is_waiting && !has_room) {
        session.reached(RealmLimit::held_requests_per_session);
        const auto facts = answered_facts(message);
        if (facts->is_answered) {
            effects.send(session.ref, make_error(facts->type, facts->request, uris::limit_exceeded,
                                                 "as much waits for the authorizer as may"));
        }
        return;
    }
    gate.held_bytes += bytes;
    gate.held.push_back({std::move(message), bytes});
}

std::optional<Authorizer::Released> Authorizer::release(Session& session, Effects& effects) {
    Gate& gate = *session.gate;
    while (!gate.held.empty() && gate.question == 0) {
        const auto request = request_facts(gate.held.front().message);
        std::optional<Ruling> ruling = Ruling{Ruling::Kind::allowed, {}};
        if (request) ruling = judge(session, *request, effects);
        if (!ruling) return std::nullopt;
        gate.ruling.reset();
        if (ruling->kind != Ruling::Kind::allowed) refuse(session, *request, *ruling, effects);
        Gate::Held first = std::move(gate.held.front());
        gate.held.pop_front();
        gate.held_bytes -= first.bytes;
        if (ruling->kind == Ruling::Kind::allowed) {
            return Released{std::move(first.message), ruling->disclose};
        }
    }
    return std::nullopt;
}

std::optional<Ruling> Authorizer::judge(Session& session, const RequestFacts& request,
                                        Effects& effects) {
    const Decision decision =
        session.permissions.decide(request.action, request.uri, request.match);
    if (decision.is_allowed) return Ruling{Ruling::Kind::allowed, {}};
    if (!decision.is_asked || is_authorizer(session)) return Ruling{Ruling::Kind::denied, {}};
    Gate& gate = *session.gate;
    if (gate.ruling) return gate.ruling;
    // Only who is registered for this very URI is asked: a pattern that takes it is not enough.
    const Registration* registration =
        dealer_.registrations().find(session.permissions.authorizer(), MatchPolicy::exact);
    const RegistrationId id = registration == nullptr ? RegistrationId{} : registration->id;
    const Rulings::About about{request.action, request.match, Uri(request.uri)};
    if (const Ruling* known = gate.rulings.find(about, time_.now, id)) return *known;
    if (registration == nullptr) return Ruling{};
    ask(session, request, id, effects);
    return std::nullopt;
}

void Authorizer::ask(Session& session, const RequestFacts& request, RegistrationId registration,
                     Effects& effects) {
    const Uri& authorizer = session.permissions.authorizer();
    Dict details = details_of(session);
    details.append("realm", options_.name);
    Gate& gate = *session.gate;
    gate.question = ++last_question_;
    gate.is_void = false;
    asked_[gate.question] = {session.ref,
                             {request.action, request.match, Uri(request.uri)},
                             authorizer,
                             registration,
                             epoch_};
    questions_.ask({gate.question, authorizer,
                    make_payload({Value(std::move(details)), Value(request.uri),
                                  Value(to_text(request.action)), Value(*request.options)}),
                    options_.limits.authorizer_timeout},
                   Questions::Asker::authorizer, effects);
}

PeerRef Authorizer::on_answer(const Answer& answer) {
    const auto found = asked_.find(answer.token);
    CHECK(found != asked_.end(), "an authorizer is asked once");
    Asked asked = std::move(found->second);
    asked_.erase(found);
    Session* session = sessions_.find(asked.peer);
    if (session == nullptr || session->gate == nullptr) return {};
    Gate& gate = *session->gate;
    // After two reloads this may be another gate than the one that asked.
    if (gate.question != answer.token) return {};
    gate.question = 0;
    // A reload may have given the role another authorizer, who is asked then.
    if (session->permissions.authorizer() != asked.authorizer) return asked.peer;
    const Said said = read_answer(answer.message);
    if (!std::exchange(gate.is_void, false)) gate.ruling = said.ruling;
    if (!said.is_kept || asked.epoch != epoch_) return asked.peer;
    std::optional<TimePoint> expires;
    if (said.lifetime) expires = time_.now + *said.lifetime;
    gate.rulings.add(std::move(asked.about), {said.ruling, asked.registration, expires},
                     session->limits->kept_rulings_per_session);
    return asked.peer;
}

bool Authorizer::is_authorizer(const Session& session) const {
    for (const Uri& procedure : options_.permissions->authorizers()) {
        const Registration* registration =
            dealer_.registrations().find(procedure, MatchPolicy::exact);
        if (registration != nullptr &&
            session.registrations.find(registration->id.value) != nullptr) {
            return true;
        }
    }
    return false;
}

bool Authorizer::cancel(Session& session, const Cancel& request, Effects& effects) {
    Gate& gate = *session.gate;
    const auto is_meant = [&](const Gate::Held& held) {
        const auto* call = std::get_if<Call>(&held.message);
        return call != nullptr && call->request == request.request;
    };
    const auto first = std::find_if(gate.held.begin(), gate.held.end(), is_meant);
    // What carries on a call that is under way is no reason to keep the CANCEL from it.
    if (first == gate.held.end() || std::get<Call>(first->message).is_continuation) return false;
    const auto mode = cancel_mode_of(request.options.find_text("mode").value_or("killnowait"));
    if (!mode) {
        effects.send(session.ref, make_error(MessageType::cancel, request.request,
                                             uris::invalid_argument, invalid_cancel_mode));
        return true;
    }
    if (first == gate.held.begin()) {
        gate.is_void = gate.question != 0;
        gate.ruling.reset();
    }
    std::erase_if(gate.held, [&](const Gate::Held& held) {
        if (!is_meant(held)) return false;
        gate.held_bytes -= held.bytes;
        return true;
    });
    if (!session.info.quirks.forgets_canceled_calls || *mode == CancelMode::kill) {
        effects.send(session.ref, make_error(MessageType::call, request.request, uris::canceled,
                                             "the caller canceled the call"));
    }
    return true;
}

std::size_t Authorizer::purge(Session& session, std::string_view uri) {
    return session.gate == nullptr ? 0 : session.gate->rulings.erase_below(uri);
}

void Authorizer::refuse(const Session& session, const RequestFacts& request, const Ruling& ruling,
                        Effects& effects) {
    // WAMP b/publish_subscribe: nobody waits for an answer to a PUBLISH without acknowledge.
    if (!request.is_answered) return;
    const bool is_denied = ruling.kind == Ruling::Kind::denied;
    effects.send(
        session.ref,
        make_error(request.type, request.request,
                   is_denied ? uris::not_authorized : uris::authorization_failed,
                   is_denied ? "role '" + session.info.authrole + "' may not " +
                                   std::string(to_text(request.action)) + " '" +
                                   std::string(request.uri) + "'"
                             : std::string("the authorizer gave no answer that can be used")));
}

}  // namespace kreisel
