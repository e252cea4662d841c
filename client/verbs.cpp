#include "client/verbs.hpp"

#include "client/stopping.hpp"

#include <utility>

namespace kreisel::client::detail {

namespace {

class StoppableCallWaiter final : public CallWaiter {
  public:
    explicit StoppableCallWaiter(std::shared_ptr<CallWaiter> inner) : inner_(std::move(inner)) {}
    void complete(Result<CallResult> outcome) override {
        listener.silence();
        inner_->complete(std::move(outcome));
    }
    void on_progress(CallResult part) override { inner_->on_progress(std::move(part)); }
    void drop() override { inner_->drop(); }

    StopListener listener;

  private:
    std::shared_ptr<CallWaiter> inner_;
};

/// Runs `begin(core, effects, waiter)`, which returns the id of the operation it begins, with a
/// waiter that ends with the stop token.
template <class Stoppable, class Inner, class Begin>
void begin_stoppable(const EnginePtr& engine, const std::stop_token& stop, CancelMode mode,
                     std::shared_ptr<Inner> inner, Begin begin, SessionCore& core,
                     Effects& effects) {
    if (!stop.stop_possible()) {
        begin(core, effects, std::move(inner));
        return;
    }
    auto waiter = std::make_shared<Stoppable>(std::move(inner));
    const OperationId operation = begin(core, effects, waiter);
    if (!operation) return;
    waiter->listener.listen(engine, stop,
                            [operation, mode](Engine&, SessionCore& in, Effects& out) {
                                in.cancel(operation, mode, out);
                            });
}

/// Tells the outcome when little enough waits to be sent.
class ThrottledWaiter final : public Waiter<void> {
  public:
    ThrottledWaiter(std::shared_ptr<Waiter<PublicationId>> inner, PublicationId publication)
        : inner_(std::move(inner)), publication_(publication) {}
    void complete(Result<void> outcome) override {
        if (!outcome) return inner_->complete(fail(outcome.error()));
        inner_->complete(publication_);
    }

  private:
    std::shared_ptr<Waiter<PublicationId>> inner_;
    PublicationId publication_;
};

class PublishWaiter final : public Waiter<PublicationId> {
  public:
    PublishWaiter(std::weak_ptr<Engine> engine, Engine::HeldUp limits,
                  std::shared_ptr<Waiter<PublicationId>> inner)
        : engine_(std::move(engine)), limits_(std::move(limits)), inner_(std::move(inner)) {}
    void complete(Result<PublicationId> outcome) override {
        const auto engine = engine_.lock();
        if (!outcome || engine == nullptr) return inner_->complete(std::move(outcome));
        engine->when_writable(std::make_shared<ThrottledWaiter>(std::move(inner_), *outcome),
                              limits_);
    }

  private:
    /// Waits within the engine.
    std::weak_ptr<Engine> engine_;
    Engine::HeldUp limits_;
    std::shared_ptr<Waiter<PublicationId>> inner_;
};

/// Turns the router's id, which means little across connections, into what names the entry.
template <class WireId>
class StandingWaiter final : public Waiter<WireId> {
  public:
    explicit StandingWaiter(std::shared_ptr<Waiter<Granted>> inner) : inner_(std::move(inner)) {}
    void complete(Result<WireId> outcome) override {
        if (!outcome) return inner_->complete(fail(outcome.error()));
        inner_->complete(std::move(granted));
    }

    Granted granted;

  private:
    std::shared_ptr<Waiter<Granted>> inner_;
};

}  // namespace

void start_call(const EnginePtr& engine, Request<CallOptions> request, Result<Payload> payload,
                std::shared_ptr<CallWaiter> waiter, std::shared_ptr<CallTicket> ticket,
                SessionCore::Parts parts) {
    engine->run([engine, parts, request = std::move(request), payload = std::move(payload),
                 waiter = std::move(waiter),
                 ticket = std::move(ticket)](SessionCore& core, Effects& effects) mutable {
        if (!payload) return effects.fail(std::move(waiter), payload.error());
        const std::stop_token stop = request.stop;
        const CancelMode mode = request.options.cancel_mode;
        const auto begin = [&](SessionCore& in, Effects& out, std::shared_ptr<CallWaiter> told) {
            const OperationId id =
                in.call(std::move(request), std::move(*payload), parts, std::move(told), out);
            if (ticket != nullptr) ticket->operation = id;
            return id;
        };
        begin_stoppable<StoppableCallWaiter>(engine, stop, mode, std::move(waiter), begin, core,
                                             effects);
    });
}

void send_part(const EnginePtr& engine, std::shared_ptr<CallTicket> ticket, Part part,
               Result<Payload> payload, std::stop_token stop,
               std::shared_ptr<Waiter<void>> waiter) {
    engine->run([engine, ticket = std::move(ticket), part, payload = std::move(payload),
                 stop = std::move(stop),
                 waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
        if (!payload) return effects.fail(std::move(waiter), payload.error());
        if (!core.call_more(ticket->operation, std::move(*payload), part == Part::last, effects)) {
            return effects.fail(std::move(waiter), Error(uris::closed, {"the call is over"}));
        }
        engine->when_writable(std::move(waiter), {std::nullopt, stop});
    });
}

void cancel_call(const EnginePtr& engine, std::shared_ptr<CallTicket> ticket, CancelMode mode) {
    engine->run([ticket = std::move(ticket), mode](SessionCore& core, Effects& effects) {
        core.cancel(ticket->operation, mode, effects);
    });
}

void start_publish(const EnginePtr& engine, Request<PublishOptions> request,
                   Result<Payload> payload, std::shared_ptr<Waiter<PublicationId>> waiter) {
    engine->run([engine, request = std::move(request), payload = std::move(payload),
                 waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
        if (!payload) return effects.fail(std::move(waiter), payload.error());
        const std::stop_token stop = request.stop;
        if (!engine->is_writable()) {
            const Engine::HeldUp limits{engine->deadline_after(request.options.timeout), stop};
            waiter = std::make_shared<PublishWaiter>(engine, limits, std::move(waiter));
        }
        const auto begin = [&](SessionCore& in, Effects& out,
                               std::shared_ptr<Waiter<PublicationId>> told) {
            return in.publish(std::move(request), std::move(*payload), std::move(told), out);
        };
        begin_stoppable<StoppableWaiter<PublicationId>>(engine, stop, CancelMode::skip,
                                                        std::move(waiter), begin, core, effects);
    });
}

void start_subscribe(const EnginePtr& engine, Request<SubscribeOptions> request,
                     std::shared_ptr<EventSink> sink, std::shared_ptr<Waiter<Granted>> waiter) {
    engine->run([engine, request = std::move(request), sink = std::move(sink),
                 waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
        auto named = std::make_shared<StandingWaiter<SubscriptionId>>(std::move(waiter));
        const std::stop_token stop = request.stop;
        const auto begin = [&](SessionCore& in, Effects& out,
                               std::shared_ptr<Waiter<SubscriptionId>> told) {
            const auto begun =
                in.subscribe(std::move(request), std::move(sink), std::move(told), out);
            named->granted = {begun.standing, begun.id};
            return begun.operation;
        };
        begin_stoppable<StoppableWaiter<SubscriptionId>>(
            engine, stop, CancelMode::skip, std::shared_ptr<Waiter<SubscriptionId>>(named), begin,
            core, effects);
    });
}

void end_subscription(const EnginePtr& engine, StandingId standing,
                      std::shared_ptr<Waiter<void>> waiter) {
    engine->run(
        [standing, waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
            core.unsubscribe(standing, std::move(waiter), effects);
        });
}

void start_register(const EnginePtr& engine, Request<RegisterOptions> request,
                    std::shared_ptr<Procedure> procedure, std::shared_ptr<Waiter<Granted>> waiter) {
    engine->run([engine, request = std::move(request), procedure = std::move(procedure),
                 waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
        auto named = std::make_shared<StandingWaiter<RegistrationId>>(std::move(waiter));
        const std::stop_token stop = request.stop;
        const auto begin = [&](SessionCore& in, Effects& out,
                               std::shared_ptr<Waiter<RegistrationId>> told) {
            const auto begun =
                in.enroll(std::move(request), std::move(procedure), std::move(told), out);
            named->granted = {begun.standing, begun.id};
            return begun.operation;
        };
        begin_stoppable<StoppableWaiter<RegistrationId>>(
            engine, stop, CancelMode::skip, std::shared_ptr<Waiter<RegistrationId>>(named), begin,
            core, effects);
    });
}

void end_registration(const EnginePtr& engine, StandingId standing,
                      std::shared_ptr<Waiter<void>> waiter) {
    engine->run(
        [standing, waiter = std::move(waiter)](SessionCore& core, Effects& effects) mutable {
            core.unregister(standing, std::move(waiter), effects);
        });
}

}  // namespace kreisel::client::detail
