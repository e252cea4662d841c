// What the user asks of the router: operations that are sent, wait, or are given up.
#include "client/core/session_core.hpp"

#include <algorithm>
#include <utility>

namespace kreisel::client {

namespace {

const Error no_connection(uris::not_connected, {"there is no connection to the router"});
const Error too_long(uris::payload_size_exceeded, {"longer than the router takes"});
const Error given_up(uris::canceled, {"given up by the caller"});

/// How long the client waits beyond a timeout that the router keeps.
constexpr Milliseconds router_grace{1000};

/// Between attempts to have a procedure back.
constexpr Milliseconds retry_wait_min{250};
constexpr Milliseconds retry_wait_max{10'000};

}  // namespace

std::optional<Error> SessionCore::refusal(const Effects& effects) const {
    if (over_) return over_;
    if (operations_.size() >= settings_.operations_max) {
        return Error(uris::too_many, {"too many operations are under way"});
    }
    if (state_ == CoreState::joined) {
        if (!effects.is_full()) return std::nullopt;
        return Error(uris::too_many, {"too much waits to be sent"});
    }
    if (settings_.while_offline == WhileOffline::fail || state_ == CoreState::leaving) {
        return no_connection;
    }
    if (operations_.size() >= settings_.waiting_max) {
        return Error(uris::too_many, {"too many operations wait for a connection"});
    }
    return std::nullopt;
}

OperationId SessionCore::submit(Asked asked, Message message, Milliseconds timeout,
                                Effects& effects) {
    std::optional<TimePoint> deadline;
    if (timeout.count() > 0) deadline = now_ + timeout;
    Operation& operation = operations_.add(std::move(asked), deadline);
    const OperationId id = operation.id;
    if (state_ == CoreState::joined) {
        send(operation, std::move(message), effects);
    } else {
        operation.waiting = std::move(message);
    }
    return id;
}

void SessionCore::send(Operation& operation, Message message, Effects& effects) {
    const RequestId request = operations_.set_sent(operation);
    std::visit(
        [request](auto& what) {
            if constexpr (requires { what.request = request; }) what.request = request;
        },
        message);
    if (effects.send(message) == Delivery::sent) return;
    operations_.set_unsent(operation);
    fail_operation(operations_.take(operation), too_long, effects);
}

void SessionCore::send_publish(Publish message, std::shared_ptr<Waiter<PublicationId>> waiter,
                               Effects& effects) {
    message.request = operations_.next_request();
    if (effects.send(std::move(message)) == Delivery::sent) {
        return effects.complete(std::move(waiter), Result<PublicationId>(PublicationId{}));
    }
    operations_.give_back_request();
    effects.fail(std::move(waiter), too_long);
}

void SessionCore::send_waiting(Effects& effects) {
    for (const OperationId id : operations_.waiting()) {
        Operation* operation = operations_.find(id);
        Message message = std::move(*operation->waiting);
        const auto* publish = std::get_if<Publish>(&message);
        if (publish == nullptr || publish->options.is_true("acknowledge")) {
            send(*operation, std::move(message), effects);
            continue;
        }
        Operation taken = operations_.take(*operation);
        send_publish(std::move(std::get<Publish>(message)),
                     std::move(std::get<PublishAsked>(taken.asked).waiter), effects);
    }
}

void SessionCore::ask_again(Effects& effects) {
    for (const StandingId standing : subscriptions_.kept()) {
        const auto& entry = *subscriptions_.find(standing);
        Message message = Subscribe{{}, entry.options, entry.uri};
        subscriptions_.set_asked(standing);
        submit(SubscribeAsked{standing, nullptr}, std::move(message), {}, effects);
    }
    for (const StandingId standing : registrations_.kept()) {
        const auto& entry = *registrations_.find(standing);
        Message message = Register{{}, entry.options, entry.uri};
        registrations_.set_asked(standing);
        submit(RegisterAsked{standing, nullptr}, std::move(message), {}, effects);
    }
}

void SessionCore::postpone(StandingId standing, const Error& why, Effects& effects) {
    const auto sink = registrations_.find(standing)->sink;
    registrations_.lose(standing);
    if (sink == nullptr) return;
    if (retry_wait_.count() == 0) effects.tell(PostponedNotice{sink, why});
    if (retry_at_) return;
    retry_wait_ = std::clamp(2 * retry_wait_, retry_wait_min, retry_wait_max);
    retry_at_ = now_ + retry_wait_;
}

OperationId SessionCore::call(Target<CallOptions> target, Payload payload, Parts parts,
                              std::shared_ptr<CallWaiter> waiter, Effects& effects) {
    auto refused = refusal(effects);
    // The parts that follow belong to this connection, so there must be one.
    if (!refused && parts == Parts::several && state_ != CoreState::joined) refused = no_connection;
    if (refused) {
        effects.fail(std::move(waiter), *refused);
        return {};
    }
    Call message;
    message.options = to_dict(target.options);
    message.procedure = std::move(target.uri);
    CallAsked asked{std::move(waiter), std::nullopt};
    if (parts == Parts::several) {
        message.options.set("progress", true);
        asked.more = message;
    }
    message.payload = std::move(payload);
    Milliseconds timeout = target.options.timeout;
    if (timeout.count() > 0 && router_has("dealer", "call_timeout")) timeout += router_grace;
    return submit(std::move(asked), std::move(message), timeout, effects);
}

bool SessionCore::call_more(OperationId call, Payload payload, bool is_last, Effects& effects) {
    Operation* operation = operations_.find(call);
    auto* asked = operation == nullptr ? nullptr : std::get_if<CallAsked>(&operation->asked);
    if (asked == nullptr || !asked->more || operation->is_canceled) return false;
    Call message = *asked->more;
    message.request = operation->request;
    if (is_last) {
        message.options.erase("progress");
        asked->more.reset();
    }
    message.payload = std::move(payload);
    if (effects.send(std::move(message)) == Delivery::sent) return true;
    abandon(*operation, too_long, effects);
    return false;
}

OperationId SessionCore::publish(Target<PublishOptions> target, Payload payload,
                                 std::shared_ptr<Waiter<PublicationId>> waiter, Effects& effects) {
    if (const auto refused = refusal(effects)) {
        effects.fail(std::move(waiter), *refused);
        return {};
    }
    Publish message;
    message.options = to_dict(target.options);
    message.topic = std::move(target.uri);
    message.payload = std::move(payload);
    if (target.options.acknowledge || state_ != CoreState::joined) {
        return submit(PublishAsked{std::move(waiter)}, std::move(message), target.options.timeout,
                      effects);
    }
    send_publish(std::move(message), std::move(waiter), effects);
    return {};
}

SessionCore::Standing SessionCore::subscribe(Target<SubscribeOptions> target,
                                             std::shared_ptr<EventSink> sink,
                                             std::shared_ptr<Waiter<SubscriptionId>> waiter,
                                             Effects& effects) {
    if (const auto refused = refusal(effects)) {
        effects.fail(std::move(waiter), *refused);
        return {};
    }
    Dict options = to_dict(target.options);
    const StandingId standing = subscriptions_.add(
        {target.uri, target.options.match, options, std::move(sink), {}, false, false, false});
    subscriptions_.set_asked(standing);
    const auto id = subscriptions_.find(standing)->present;
    const OperationId operation = submit(SubscribeAsked{standing, std::move(waiter)},
                                         Subscribe{{}, std::move(options), std::move(target.uri)},
                                         target.options.timeout, effects);
    return {standing, operation, id};
}

SessionCore::Standing SessionCore::enroll(Target<RegisterOptions> target,
                                          std::shared_ptr<Procedure> procedure,
                                          std::shared_ptr<Waiter<RegistrationId>> waiter,
                                          Effects& effects) {
    if (const auto refused = refusal(effects)) {
        effects.fail(std::move(waiter), *refused);
        return {};
    }
    Dict options = to_dict(target.options);
    const StandingId standing = registrations_.add(
        {target.uri, target.options.match, options, std::move(procedure), {}, false, false, false});
    registrations_.set_asked(standing);
    const auto id = registrations_.find(standing)->present;
    const OperationId operation = submit(RegisterAsked{standing, std::move(waiter)},
                                         Register{{}, std::move(options), std::move(target.uri)},
                                         target.options.timeout, effects);
    return {standing, operation, id};
}

void SessionCore::unsubscribe(StandingId standing, std::shared_ptr<Waiter<void>> waiter,
                              Effects& effects) {
    give_back(subscriptions_.drop(standing), std::move(waiter), effects);
}

void SessionCore::unregister(StandingId standing, std::shared_ptr<Waiter<void>> waiter,
                             Effects& effects) {
    give_back(registrations_.drop(standing), std::move(waiter), effects);
}

void SessionCore::give_back(SubscriptionId id, std::shared_ptr<Waiter<void>> waiter,
                            Effects& effects) {
    if (!id || state_ != CoreState::joined) {
        return effects.complete(std::move(waiter), Result<void>());
    }
    submit(UnsubscribeAsked{std::move(waiter)}, Unsubscribe{{}, id}, {}, effects);
}

void SessionCore::give_back(RegistrationId id, std::shared_ptr<Waiter<void>> waiter,
                            Effects& effects) {
    if (!id || state_ != CoreState::joined) {
        return effects.complete(std::move(waiter), Result<void>());
    }
    submit(UnregisterAsked{std::move(waiter)}, Unregister{{}, id}, {}, effects);
}

void SessionCore::cancel(OperationId id, CancelMode mode, Effects& effects) {
    Operation* operation = operations_.find(id);
    if (operation == nullptr || operation->is_canceled) return;
    if (!operation->request) {
        return fail_operation(operations_.take(*operation), given_up, effects);
    }
    if (!std::holds_alternative<CallAsked>(operation->asked)) {
        return abandon(*operation, given_up, effects);
    }
    if (!router_has("dealer", "call_canceling")) return abandon(*operation, given_up, effects);
    operation->is_canceled = true;
    effects.send(Cancel{operation->request, {{"mode", to_text(mode)}}});
    if (mode != CancelMode::kill) {
        auto& waiter = std::get<CallAsked>(operation->asked).waiter;
        effects.fail(std::exchange(waiter, nullptr), given_up);
    }
}

void SessionCore::abandon(Operation& operation, const Error& why, Effects& effects) {
    if (auto* call = std::get_if<CallAsked>(&operation.asked)) {
        if (!operation.is_canceled && router_has("dealer", "call_canceling")) {
            effects.send(Cancel{operation.request, {{"mode", to_text(CancelMode::killnowait)}}});
        }
        operation.is_canceled = true;
        return effects.fail(std::exchange(call->waiter, nullptr), why);
    }
    if (auto* subscribe = std::get_if<SubscribeAsked>(&operation.asked)) {
        static_cast<void>(subscriptions_.drop(subscribe->standing));
    } else if (auto* enroll = std::get_if<RegisterAsked>(&operation.asked)) {
        static_cast<void>(registrations_.drop(enroll->standing));
    }
    std::visit([&](auto& asked) { effects.fail(std::exchange(asked.waiter, nullptr), why); },
               operation.asked);
}

void SessionCore::fail_operation(Operation operation, const Error& why, Effects& effects) {
    if (auto* subscribe = std::get_if<SubscribeAsked>(&operation.asked)) {
        subscriptions_.lose(subscribe->standing);
    } else if (auto* enroll = std::get_if<RegisterAsked>(&operation.asked)) {
        registrations_.lose(enroll->standing);
    }
    std::visit([&](auto& asked) { effects.fail(std::move(asked.waiter), why); }, operation.asked);
}

}  // namespace kreisel::client
