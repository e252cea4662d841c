// What the router says in a session: answers, events, invocations. Nothing here trusts it: what it
// may not say ends the connection with one clear error.
#include "client/core/session_core.hpp"
#include "common/codec/codec.hpp"

#include <string>

namespace kreisel::client {

namespace {

Error error_of(ErrorMessage& message) {
    Arguments arguments = read_payload(message.payload);
    return Error(message.error, std::move(arguments.args), std::move(arguments.kwargs));
}

/// Why a subscription or registration was revoked.
Error revocation_of(const Dict& details) {
    const auto reason = details.find_text("reason");
    return Error(reason.value_or("wamp.error.revoked"), {"revoked by the router"}, details);
}

bool belongs_to_log_in(const Message& message) {
    return std::holds_alternative<Welcome>(message) || std::holds_alternative<Challenge>(message) ||
           std::holds_alternative<Abort>(message) || std::holds_alternative<Goodbye>(message);
}

}  // namespace

void SessionCore::on_message(Message message, Effects& effects) {
    if (is_finished_ || state_ == CoreState::offline) return;
    if (state_ == CoreState::joining && !belongs_to_log_in(message)) {
        const std::string type(kreisel::to_text(kreisel::type_of(message)));
        return violate(type + " before WELCOME", effects);
    }
    std::visit([&](auto& what) { on(what, effects); }, message);
}

template <class NotForClients>
void SessionCore::on(NotForClients& message, Effects& effects) {
    const std::string type(kreisel::to_text(kreisel::type_of(Message(std::move(message)))));
    violate(type + " is no message for a client", effects);
}

void SessionCore::on(ErrorMessage& message, Effects& effects) {
    Operation* operation = operations_.find(message.request, message.request_type);
    if (operation == nullptr) return violate("ERROR for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    const Error why = error_of(message);
    std::shared_ptr<StandingSink> sink;
    if (auto* subscribe = std::get_if<SubscribeAsked>(&taken.asked)) {
        sink = subscriptions_.refuse(subscribe->standing);
    } else if (auto* enroll = std::get_if<RegisterAsked>(&taken.asked)) {
        if (enroll->waiter == nullptr && message.error == uris::procedure_already_exists) {
            return postpone(enroll->standing, why, effects);
        }
        sink = registrations_.refuse(enroll->standing);
    }
    const bool is_asked_by_user =
        std::visit([](const auto& asked) { return asked.waiter != nullptr; }, taken.asked);
    if (sink != nullptr && !is_asked_by_user) effects.tell(GoneNotice{std::move(sink), why});
    std::visit([&](auto& asked) { effects.fail(std::move(asked.waiter), why); }, taken.asked);
}

void SessionCore::on(Published& message, Effects& effects) {
    Operation* operation = operations_.find(message.request, MessageType::publish);
    if (operation == nullptr) return violate("PUBLISHED for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    effects.complete(std::get<PublishAsked>(taken.asked).waiter,
                     Result<PublicationId>(message.publication));
}

void SessionCore::on(Subscribed& message, Effects& effects) {
    Operation* operation = operations_.find(message.request, MessageType::subscribe);
    if (operation == nullptr) return violate("SUBSCRIBED for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    auto& asked = std::get<SubscribeAsked>(taken.asked);
    give_back(subscriptions_.grant(asked.standing, message.subscription), nullptr, effects);
    effects.complete(std::move(asked.waiter), Result<SubscriptionId>(message.subscription));
}

void SessionCore::on(Registered& message, Effects& effects) {
    Operation* operation = operations_.find(message.request, MessageType::register_);
    if (operation == nullptr) return violate("REGISTERED for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    auto& asked = std::get<RegisterAsked>(taken.asked);
    give_back(registrations_.grant(asked.standing, message.registration), nullptr, effects);
    effects.complete(std::move(asked.waiter), Result<RegistrationId>(message.registration));
}

void SessionCore::on(Unsubscribed& message, Effects& effects) {
    if (!message.request) {
        const SubscriptionId id{message.details.find_uint("subscription").value_or(0)};
        for (auto& sink : subscriptions_.revoke(id)) {
            effects.tell(GoneNotice{std::move(sink), revocation_of(message.details)});
        }
        return;
    }
    Operation* operation = operations_.find(message.request, MessageType::unsubscribe);
    if (operation == nullptr) return violate("UNSUBSCRIBED for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    effects.complete(std::move(std::get<UnsubscribeAsked>(taken.asked).waiter), Result<void>());
}

void SessionCore::on(Unregistered& message, Effects& effects) {
    if (!message.request) {
        const RegistrationId id{message.details.find_uint("registration").value_or(0)};
        for (auto& sink : registrations_.revoke(id)) {
            effects.tell(GoneNotice{std::move(sink), revocation_of(message.details)});
        }
        return;
    }
    Operation* operation = operations_.find(message.request, MessageType::unregister);
    if (operation == nullptr) return violate("UNREGISTERED for nothing that was asked", effects);
    Operation taken = operations_.take(*operation);
    effects.complete(std::move(std::get<UnregisterAsked>(taken.asked).waiter), Result<void>());
}

void SessionCore::on(Event& message, Effects& effects) {
    // One that crossed our UNSUBSCRIBE finds nobody.
    for (const StandingId standing : subscriptions_.at(message.subscription)) {
        effects.tell(EventNotice{subscriptions_.find(standing)->sink,
                                 {message.payload, message.publication, message.details}});
    }
}

void SessionCore::on(ResultMessage& message, Effects& effects) {
    Operation* operation = operations_.find(message.request, MessageType::call);
    if (operation == nullptr) return violate("RESULT for nothing that was asked", effects);
    CallResult result{std::move(message.payload), std::move(message.details)};
    auto& waiter = std::get<CallAsked>(operation->asked).waiter;
    if (result.details.is_true("progress")) {
        if (waiter != nullptr) effects.tell(ProgressNotice{waiter, std::move(result)});
        return;
    }
    Operation taken = operations_.take(*operation);
    effects.complete(std::move(std::get<CallAsked>(taken.asked).waiter),
                     Result<CallResult>(std::move(result)));
}

void SessionCore::on(Invocation& message, Effects& effects) {
    const auto standing = registrations_.at(message.registration);
    const auto* entry = standing.empty() ? nullptr : registrations_.find(standing.front());
    Procedure* procedure = entry == nullptr ? nullptr : entry->sink.get();
    const auto taken = invocations_.on_invocation(std::move(message), procedure, now_, effects);
    if (!taken) violate(taken.error().text, effects);
}

void SessionCore::on(Interrupt& message, Effects& effects) {
    invocations_.on_interrupt(message, effects);
}

void SessionCore::yield(const InvocationKey& key, Answer answer, Effects& effects) {
    invocations_.yield(key, std::move(answer), effects);
}

void SessionCore::fail(const InvocationKey& key, std::string_view uri, Answer answer,
                       Effects& effects) {
    invocations_.fail(key, uri, std::move(answer), effects);
}

}  // namespace kreisel::client
