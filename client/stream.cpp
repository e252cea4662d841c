#include "client/stream.hpp"

#include "client/stopping.hpp"

namespace kreisel::client::detail {

void StreamState::next(std::shared_ptr<Waiter<std::optional<Payload>>> waiter) {
    if (waiter_ != nullptr) {
        return waiter->complete(fail(uris::too_many, "somebody waits for the next part already"));
    }
    waiter_ = std::move(waiter);
    give();
}

void StreamState::stop_waiting(const Waiter<std::optional<Payload>>& who) {
    if (waiter_.get() != &who) return;
    std::exchange(waiter_, nullptr)->complete(fail(uris::canceled, "nobody waits any more"));
}

void StreamState::abandon() {
    parts_.clear();
    is_over_ = true;
    release_reading();
    give();
}

void StreamState::on_progress(CallResult part) {
    if (is_over_) return;
    parts_.push_back(std::move(part.payload));
    give();
    if (parts_.size() < parts_max_ || is_holding_) return;
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    if (overflow_ == PartsOverflow::pause) {
        is_holding_ = true;
        return engine->hold_reading();
    }
    failure_ = Error(uris::too_many, {"parts of the result came faster than they were taken"});
    is_over_ = true;
    cancel_call(engine, ticket, CancelMode::killnowait);
}

void StreamState::complete(Result<CallResult> outcome) {
    if (is_over_) return;
    is_over_ = true;
    if (!outcome) {
        failure_ = std::move(outcome.error());
    } else if (!outcome->payload.empty()) {
        parts_.push_back(std::move(outcome->payload));
    }
    give();
}

void StreamState::drop() {
    is_over_ = true;
    // At the end of this function: it may hold the last handle of the stream.
    const auto dropped = std::exchange(waiter_, nullptr);
}

void StreamState::give() {
    if (waiter_ == nullptr) return;
    if (!parts_.empty()) {
        Payload part = std::move(parts_.front());
        parts_.pop_front();
        if (parts_.size() <= parts_max_ / 2) release_reading();
        return std::exchange(waiter_, nullptr)->complete(std::optional<Payload>(std::move(part)));
    }
    if (!is_over_) return;
    const auto waiter = std::exchange(waiter_, nullptr);
    if (failure_) return waiter->complete(fail(*failure_));
    waiter->complete(std::optional<Payload>());
}

void StreamState::release_reading() {
    if (!std::exchange(is_holding_, false)) return;
    if (const auto engine = engine_.lock()) engine->release_reading();
}

StreamHandle::~StreamHandle() {
    engine_->run([state = state_](SessionCore& core, Effects& effects) {
        core.cancel(state->ticket->operation, CancelMode::killnowait, effects);
        state->abandon();
    });
}

void StreamHandle::next(const std::stop_token& stop,
                        std::shared_ptr<Waiter<std::optional<Payload>>> waiter) const {
    engine_->run([engine = std::weak_ptr<Engine>(engine_), state = state_, stop,
                  waiter = std::move(waiter)](SessionCore&, Effects&) mutable {
        const auto give_up = [weak = std::weak_ptr<StreamState>(state)](
                                 Engine&, const Waiter<std::optional<Payload>>& who) {
            if (const auto stream = weak.lock()) stream->stop_waiting(who);
        };
        state->next(make_stoppable(engine, stop, std::move(waiter), give_up));
    });
}

void StreamHandle::cancel(CancelMode mode) const { cancel_call(engine_, state_->ticket, mode); }

void StreamHandle::send(Part part, Result<Payload> payload, std::stop_token stop,
                        std::shared_ptr<Waiter<void>> waiter) const {
    send_part(engine_, state_->ticket, part, std::move(payload), std::move(stop),
              std::move(waiter));
}

std::shared_ptr<StreamHandle> start_stream(const EnginePtr& engine, Request<CallOptions> request,
                                           Result<Payload> payload, SessionCore::Parts parts) {
    auto state = std::make_shared<StreamState>(engine, request.options.parts_max,
                                               request.options.parts_overflow);
    request.options.extra.set("receive_progress", true);
    start_call(engine, std::move(request), std::move(payload), state, state->ticket, parts);
    return std::make_shared<StreamHandle>(engine, std::move(state));
}

}  // namespace kreisel::client::detail
