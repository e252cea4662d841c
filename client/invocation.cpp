#include "client/invocation.hpp"

#include "client/stopping.hpp"
#include "common/codec/codec.hpp"

namespace kreisel::client {

namespace {

/// Parts of the arguments that wait for the procedure; above, the connection is not read.
constexpr std::size_t inputs_max = 256;

std::string text_of(const Dict& details, std::string_view key) {
    return std::string(details.find_text(key).value_or(std::string_view()));
}

}  // namespace

InvocationDetails InvocationDetails::read(const std::string& procedure, const Dict& details) {
    InvocationDetails read;
    read.procedure = text_of(details, "procedure");
    if (read.procedure.empty()) read.procedure = procedure;
    read.caller = SessionId{details.find_uint("caller").value_or(0)};
    read.caller_authid = text_of(details, "caller_authid");
    read.caller_authrole = text_of(details, "caller_authrole");
    if (const Value* level = details.find("trustlevel")) read.trustlevel = level->to_int();
    read.wants_progress = details.is_true("receive_progress");
    read.timeout = Milliseconds{details.find_uint("timeout").value_or(0)};
    read.details = details;
    return read;
}

}  // namespace kreisel::client

namespace kreisel::client::detail {

InvocationContext::InvocationContext(std::weak_ptr<Engine> engine, InvocationKey key,
                                     InvocationDetails details, Encoding encoding)
    : engine_(std::move(engine)), key_(key), details_(std::move(details)), encoding_(encoding) {}

InvocationContext::~InvocationContext() {
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    if (is_holding_) {
        engine->run([engine](SessionCore&, Effects&) { engine->release_reading(); });
    }
    if (is_answered_) return;
    engine->run([key = key_](SessionCore& core, Effects& effects) {
        core.fail(key, uris::runtime_error,
                  {make_payload({"the procedure gave no answer"}), {}, true}, effects);
    });
}

boost::asio::any_io_executor InvocationContext::executor() const {
    return executor_of(engine_.lock());
}

void InvocationContext::answer(Result<Payload> payload) {
    if (!payload) return fail(payload.error());
    if (!take_turn()) return;
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    engine->run([key = key_, self = self_if_in_parts(), payload = std::move(*payload)](
                    SessionCore& core, Effects& effects) mutable {
        core.yield(key, {std::move(payload), {}, true}, effects);
        if (self != nullptr) self->end_input();
    });
}

void InvocationContext::fail(const Error& error) {
    if (!take_turn()) return;
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    engine->run([key = key_, self = self_if_in_parts(), uri = error.uri(),
                 payload = make_payload(error.args(), error.kwargs(), encoding_)](
                    SessionCore& core, Effects& effects) mutable {
        core.fail(key, uri, {std::move(payload), {}, true}, effects);
        if (self != nullptr) self->end_input();
    });
}

void InvocationContext::fail(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const Error& error) {
        return fail(error);
    } catch (const std::exception& error) {
        if (const auto engine = engine_.lock()) {
            engine->report(details_.procedure + " failed: " + error.what());
        }
    } catch (...) {
        if (const auto engine = engine_.lock()) {
            engine->report(details_.procedure + " threw what is no std::exception");
        }
    }
    fail(Error(uris::runtime_error, {"the procedure failed"}));
}

void InvocationContext::send_part(Result<Payload> payload, std::stop_token stop,
                                  std::shared_ptr<Waiter<void>> waiter) {
    if (!payload) return waiter->complete(client::fail(payload.error()));
    const auto engine = engine_.lock();
    if (engine == nullptr || is_answered_) {
        return waiter->complete(client::fail(uris::closed, "the call is over"));
    }
    engine->run([self = shared_from_this(), engine, payload = std::move(*payload),
                 stop = std::move(stop),
                 waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
        if (!core.is_under_way(self->key_)) {
            return waiter->complete(client::fail(uris::closed, "the call is over"));
        }
        if (self->details_.wants_progress) {
            core.yield(self->key_, {std::move(payload), {}, false}, effects);
        }
        engine->when_writable(std::move(waiter), {std::nullopt, stop});
    });
}

void InvocationContext::next_input(std::stop_token stop,
                                   std::shared_ptr<Waiter<std::optional<Payload>>> waiter) {
    const auto engine = engine_.lock();
    if (engine == nullptr) return waiter->complete(client::fail(uris::closed, "the call is over"));
    engine->run([self = shared_from_this(), stop = std::move(stop), waiter = std::move(waiter)](
                    SessionCore& core, Effects&) mutable {
        if (self->input_waiter_ != nullptr) {
            return waiter->complete(
                client::fail(uris::too_many, "somebody waits for the next part already"));
        }
        const auto give_up = [weak = self->weak_from_this()](
                                 Engine&, const Waiter<std::optional<Payload>>& who) {
            const auto held = weak.lock();
            if (held == nullptr || held->input_waiter_.get() != &who) return;
            std::exchange(held->input_waiter_, nullptr)
                ->complete(client::fail(uris::canceled, "nobody waits any more"));
        };
        self->input_waiter_ = make_stoppable(self->engine_, stop, std::move(waiter), give_up);
        if (!core.is_under_way(self->key_)) return self->end_input();
        self->give_input();
    });
}

void InvocationContext::end_input() {
    is_input_over_ = true;
    give_input();
}

std::shared_ptr<InvocationContext> InvocationContext::self_if_in_parts() {
    return details_.details.is_true("progress") ? shared_from_this() : nullptr;
}

void InvocationContext::on_payload(Payload payload, bool is_last) {
    is_input_over_ = is_last;
    if (!has_started_) {
        has_started_ = true;
        return start(std::move(payload));
    }
    // The word that there is no more is no part.
    if (is_last && payload.empty()) return give_input();
    inputs_.push_back(std::move(payload));
    const auto engine = engine_.lock();
    if (inputs_.size() >= inputs_max && !is_holding_ && engine != nullptr) {
        is_holding_ = true;
        engine->hold_reading();
    }
    give_input();
}

void InvocationContext::give_input() {
    if (input_waiter_ == nullptr) return;
    if (inputs_.empty()) {
        if (is_input_over_ || stop_.stop_requested()) {
            std::exchange(input_waiter_, nullptr)->complete(std::optional<Payload>());
        }
        return;
    }
    Payload next = std::move(inputs_.front());
    inputs_.pop_front();
    if (is_holding_ && inputs_.size() <= inputs_max / 2) {
        is_holding_ = false;
        if (const auto engine = engine_.lock()) engine->release_reading();
    }
    std::exchange(input_waiter_, nullptr)->complete(std::optional<Payload>(std::move(next)));
}

void InvocationContext::on_interrupt(CancelMode mode) {
    static_cast<void>(mode);
    stop_.request_stop();
    give_input();
}

bool InvocationContext::take_turn() { return !is_answered_.exchange(true); }

}  // namespace kreisel::client::detail
