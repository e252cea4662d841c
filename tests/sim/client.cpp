#include "tests/sim/client.hpp"

#include "common/codec/codec.hpp"
#include "tests/sim/universe.hpp"

#include <algorithm>

namespace kreisel::sim {

namespace {

constexpr std::uint64_t numbers_per_sender = std::uint64_t{1} << 24;
constexpr Actor detached_senders = 1'000'000;
constexpr Actor destroyed_senders = 2'000'000;

template <class Id>
bool contains(const std::vector<Id>& ids, Id id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void require(bool condition, const char* what) {
    if (!condition) throw Fault(what);
}

}  // namespace

std::uint64_t to_number(Stamp stamp) { return stamp.sender * numbers_per_sender + stamp.number; }

Stamp stamp_of_testament(Stamp stamp, bool is_detached) {
    return {stamp.sender + (is_detached ? detached_senders : destroyed_senders), stamp.number};
}

// One MessagePack uint64 in a list of one: cheap to make and read a million times.
Payload make_payload(Stamp stamp) {
    ByteWriter writer(10);
    writer.put(std::uint8_t{0x91});
    writer.put(std::uint8_t{0xCF});
    writer.put_big_endian(to_number(stamp), 8);
    Payload payload;
    payload.encoding = Encoding::msgpack;
    payload.elements = 1;
    payload.bytes = std::move(writer).take();
    return payload;
}

Stamp read_stamp(const Payload& payload) {
    require(payload.elements == 1, "a payload was changed");
    std::uint64_t number = 0;
    if (payload.bytes.size() != 10) {
        // A testament: what the router makes of values.
        const Arguments given = read_payload(payload);
        require(given.args.size() == 1 && given.args[0].to_uint(), "a testament was changed");
        number = *given.args[0].to_uint();
        return {static_cast<Actor>(number / numbers_per_sender), number % numbers_per_sender};
    }
    for (const std::uint8_t octet : payload.bytes.span().subspan(2))
        number = (number << 8U) | octet;
    return {static_cast<Actor>(number / numbers_per_sender), number % numbers_per_sender};
}

void Client::on_sent(const Message& message) {
    if (const auto* publish = std::get_if<Publish>(&message)) {
        if (publish->options.is_true("acknowledge")) {
            pending_[publish->request] = MessageType::publish;
        }
    } else if (const auto* subscribe = std::get_if<Subscribe>(&message)) {
        pending_[subscribe->request] = MessageType::subscribe;
        if (subscribe->options.is_true("get_retained")) has_asked_for_retained_ = true;
    } else if (const auto* enrol = std::get_if<Register>(&message)) {
        pending_[enrol->request] = MessageType::register_;
    } else if (const auto* unsubscribe = std::get_if<Unsubscribe>(&message)) {
        pending_[unsubscribe->request] = MessageType::unsubscribe;
        ends_[unsubscribe->request] = unsubscribe->subscription.value;
    } else if (const auto* unregister = std::get_if<Unregister>(&message)) {
        pending_[unregister->request] = MessageType::unregister;
        ends_[unregister->request] = unregister->registration.value;
    } else if (const auto* call = std::get_if<Call>(&message)) {
        note_call(*call);
    } else if (const auto* yield = std::get_if<Yield>(&message)) {
        if (!yield->options.is_true("progress")) note_answer(yield->request);
    } else if (const auto* error = std::get_if<ErrorMessage>(&message)) {
        note_answer(error->request);
    }
}

void Client::note_call(const Call& call) {
    const bool is_open = call.options.is_true("progress");
    const auto opened = std::find_if(opened_.begin(), opened_.end(), [&](const Opened& known) {
        return known.request == call.request;
    });
    if (opened != opened_.end()) {
        const bool is_same = opened->procedure == call.procedure;
        if (is_same && !is_open) opened_.erase(opened);
        return;
    }
    if (is_open) opened_.push_back({call.request, call.procedure});
    if (is_protocol_uri(call.procedure)) {
        calls_[call.request] = {{}, false, true};
        return;
    }
    calls_[call.request] = {read_stamp(call.payload), call.options.is_true("receive_progress")};
}

void Client::note_answer(RequestId invocation) {
    std::erase_if(unanswered_, [&](const Invoked& invoked) {
        if (invoked.id != invocation) return false;
        answered_.push_back(invoked);
        return true;
    });
}

std::vector<RequestId> Client::calls() const {
    std::vector<RequestId> ids;
    for (const auto& [id, call] : calls_) ids.push_back(id);
    return ids;
}

void Client::expect_pending(RequestId request, MessageType type) {
    const auto found = pending_.find(request);
    require(found != pending_.end() && found->second == type,
            "an answer to a request that is not pending");
    pending_.erase(found);
}

void Client::on_received(const Message& message) {
    require(!has_ended_, "a message after ABORT or GOODBYE");
    if (const auto* m = std::get_if<Event>(&message)) return on_event(*m);
    if (const auto* m = std::get_if<Invocation>(&message)) return on_invocation(*m);
    if (const auto* m = std::get_if<ResultMessage>(&message)) return on_result(*m);
    if (const auto* m = std::get_if<ErrorMessage>(&message)) return on_error(*m);
    if (const auto* m = std::get_if<Published>(&message)) {
        return expect_pending(m->request, MessageType::publish);
    }
    if (const auto* m = std::get_if<Subscribed>(&message)) {
        expect_pending(m->request, MessageType::subscribe);
        if (!contains(subscribed_, m->subscription)) subscribed_.push_back(m->subscription);
    } else if (const auto* end = std::get_if<Unsubscribed>(&message)) {
        if (!end->request) {
            require(roles_.has(Role::subscriber, Feature::subscription_revocation),
                    "a revocation to a subscriber that does not know it");
            return end_subscription(SubscriptionId{*end->details.find_uint("subscription")});
        }
        expect_pending(end->request, MessageType::unsubscribe);
        end_subscription(SubscriptionId{ends_.at(end->request)});
    } else if (const auto* registered = std::get_if<Registered>(&message)) {
        expect_pending(registered->request, MessageType::register_);
        registered_.push_back(registered->registration);
    } else if (const auto* gone = std::get_if<Unregistered>(&message)) {
        if (!gone->request) {
            require(roles_.has(Role::callee, Feature::registration_revocation),
                    "a revocation to a callee that does not know it");
            return end_registration(RegistrationId{*gone->details.find_uint("registration")});
        }
        expect_pending(gone->request, MessageType::unregister);
        end_registration(RegistrationId{ends_.at(gone->request)});
    } else if (const auto* interrupt = std::get_if<Interrupt>(&message)) {
        on_interrupt(*interrupt);
    } else if (std::holds_alternative<Abort>(message) || std::holds_alternative<Goodbye>(message)) {
        has_ended_ = true;
    } else {
        require(std::holds_alternative<Welcome>(message), "a message that no client expects");
    }
}

void Client::end_subscription(SubscriptionId id) {
    std::erase(subscribed_, id);
    for (auto place = last_by_subscription_.begin(); place != last_by_subscription_.end();) {
        place = place->first.second == id ? last_by_subscription_.erase(place) : std::next(place);
    }
}

void Client::end_registration(RegistrationId id) { std::erase(registered_, id); }

void Client::on_event(const Event& event) {
    require(contains(subscribed_, event.subscription),
            "EVENT before SUBSCRIBED or after UNSUBSCRIBED");
    if (event.details.is_true("retained")) {
        return require(has_asked_for_retained_, "a retained event that nobody asked for");
    }
    if (event.payload.empty()) return;  // It takes a retained one away.
    const Stamp stamp = read_stamp(event.payload);
    require(stamp.sender < detached_senders || stamp.sender >= destroyed_senders ||
                last_event_.count(stamp.sender + detached_senders) == 0,
            "a testament of scope detached after one of scope destroyed");
    auto& last = last_by_subscription_[{stamp.sender, event.subscription}];
    require(last < stamp.number, "events of one publisher out of order, or twice");
    last = stamp.number;
    auto& [number, publication] = last_event_[stamp.sender];
    require(number <= stamp.number, "events of one publisher out of order across topics");
    require(number != stamp.number || publication == event.publication,
            "one publication under two ids");
    number = stamp.number;
    publication = event.publication;
}

void Client::on_invocation(const Invocation& invocation) {
    const Dict& details = invocation.details;
    require(!details.is_true("receive_progress") ||
                roles_.has(Role::callee, Feature::progressive_call_results),
            "receive_progress to a callee that did not announce it");
    require(!details.is_true("progress") ||
                roles_.has(Role::callee, Feature::progressive_call_invocations),
            "a part of a call to a callee that did not announce it");
    if (invocation.request.value <= last_invocation_) return on_part(invocation);
    require(contains(registered_, invocation.registration),
            "INVOCATION before REGISTERED or after UNREGISTERED");
    require(invocation.request.value == ++last_invocation_, "invocation ids are not 1, 2, 3...");
    const Stamp stamp = read_stamp(invocation.payload);
    require(invoked_.insert(stamp).second, "one call twice at a callee");
    auto& last = last_call_[stamp.sender];
    require(!has_order_ || last < stamp.number, "invocations of one caller out of order");
    last = stamp.number;
    unanswered_.push_back({invocation.request, stamp, stamp, details.is_true("progress")});
}

void Client::on_part(const Invocation& invocation) {
    const Stamp stamp = read_stamp(invocation.payload);
    for (auto* list : {&unanswered_, &answered_}) {
        for (Invoked& invoked : *list) {
            if (invoked.id != invocation.request) continue;
            require(invoked.is_open, "a part after the last one");
            require(!invoked.is_interrupted, "a part after INTERRUPT");
            require(stamp.sender == invoked.last.sender && stamp.number > invoked.last.number,
                    "parts of a call out of order, or of another one");
            invoked.last = stamp;
            invoked.is_open = invocation.details.is_true("progress");
            return;
        }
    }
    throw Fault("a part of an invocation that never began");
}

void Client::on_interrupt(const Interrupt& interrupt) {
    require(roles_.has(Role::callee, Feature::call_canceling),
            "INTERRUPT to a callee that does not know it");
    for (auto* list : {&unanswered_, &answered_}) {
        for (Invoked& invoked : *list) {
            if (invoked.id != interrupt.request) continue;
            require(!invoked.is_interrupted, "INTERRUPT twice");
            invoked.is_interrupted = true;
            return;
        }
    }
    throw Fault("INTERRUPT of an invocation that never was");
}

void Client::on_result(const ResultMessage& result) {
    const auto call = calls_.find(result.request);
    require(call != calls_.end(), "RESULT for a call that is not pending");
    require(call->second.is_router_called || read_stamp(result.payload) == call->second.stamp,
            "RESULT of somebody else's call");
    if (!result.details.is_true("progress")) {
        calls_.erase(call);
        return;
    }
    require(call->second.wants_progress, "progress that nobody asked for");
}

void Client::on_error(const ErrorMessage& error) {
    // An unknown cancel mode is told apart from the call, which goes on.
    if (error.request_type == MessageType::cancel) return;
    if (error.request_type != MessageType::call) {
        return expect_pending(error.request, error.request_type);
    }
    const auto call = calls_.find(error.request);
    require(call != calls_.end(), "ERROR for a call that is not pending");
    if (!error.payload.empty() && error.error == "com.error.own") {
        require(read_stamp(error.payload) == call->second.stamp, "ERROR of somebody else's call");
    }
    calls_.erase(call);
}

}  // namespace kreisel::sim
