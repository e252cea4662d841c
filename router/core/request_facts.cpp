#include "router/core/request_facts.hpp"

namespace kreisel {

namespace {

std::optional<MatchPolicy> match_of(const Dict& options) {
    return match_policy_of(options.find_text("match").value_or("exact"));
}

}  // namespace

std::optional<RequestFacts> request_facts(const Message& message) {
    if (const auto* publish = std::get_if<Publish>(&message)) {
        return RequestFacts{Action::publish,
                            MessageType::publish,
                            publish->request,
                            publish->topic,
                            &publish->options,
                            MatchPolicy::exact,
                            publish->options.is_true("acknowledge")};
    }
    if (const auto* call = std::get_if<Call>(&message)) {
        if (call->is_continuation) return std::nullopt;
        return RequestFacts{Action::call, MessageType::call, call->request, call->procedure,
                            &call->options};
    }
    if (const auto* subscribe = std::get_if<Subscribe>(&message)) {
        const auto match = match_of(subscribe->options);
        if (!match) return std::nullopt;
        return RequestFacts{Action::subscribe, MessageType::subscribe, subscribe->request,
                            subscribe->topic,  &subscribe->options,    *match};
    }
    if (const auto* registering = std::get_if<Register>(&message)) {
        const auto match = match_of(registering->options);
        if (!match) return std::nullopt;
        return RequestFacts{Action::register_,      MessageType::register_, registering->request,
                            registering->procedure, &registering->options,  *match};
    }
    return std::nullopt;
}

}  // namespace kreisel
