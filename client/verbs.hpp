#pragma once
// The verbs of a session without templates: each runs one operation of the core on the strand,
// gives it up when its stop token says so, and holds a publisher back while too much waits to be
// sent.
//
// What Session stands on; any thread.

#include "client/engine.hpp"
#include "client/request.hpp"

#include <memory>
#include <stop_token>

namespace kreisel::client::detail {

using EnginePtr = std::shared_ptr<Engine>;

/// Names a call while it is under way, for its further parts; on the strand.
struct CallTicket {
    OperationId operation;
};

/// `ticket`, if there is one, names the call from then on.
void start_call(const EnginePtr& engine, Request<CallOptions> request, Result<Payload> payload,
                std::shared_ptr<CallWaiter> waiter, std::shared_ptr<CallTicket> ticket = nullptr,
                SessionCore::Parts parts = SessionCore::Parts::one);
/// Of a call in several parts.
enum class Part : std::uint8_t { more, last };
/// `waiter` is told when yet more may be sent, or that the call is over.
void send_part(const EnginePtr& engine, std::shared_ptr<CallTicket> ticket, Part part,
               Result<Payload> payload, std::stop_token stop, std::shared_ptr<Waiter<void>> waiter);
void cancel_call(const EnginePtr& engine, std::shared_ptr<CallTicket> ticket, CancelMode mode);

void start_publish(const EnginePtr& engine, Request<PublishOptions> request,
                   Result<Payload> payload, std::shared_ptr<Waiter<PublicationId>> waiter);

/// Names what was granted, for ever, and tells the router's id of it.
struct Granted {
    StandingId standing;
    std::shared_ptr<const PresentId> id;
};

/// `waiter` gets what names the subscription for end_subscription().
void start_subscribe(const EnginePtr& engine, Request<SubscribeOptions> request,
                     std::shared_ptr<EventSink> sink, std::shared_ptr<Waiter<Granted>> waiter);
void end_subscription(const EnginePtr& engine, StandingId standing,
                      std::shared_ptr<Waiter<void>> waiter);
void start_register(const EnginePtr& engine, Request<RegisterOptions> request,
                    std::shared_ptr<Procedure> procedure, std::shared_ptr<Waiter<Granted>> waiter);
void end_registration(const EnginePtr& engine, StandingId standing,
                      std::shared_ptr<Waiter<void>> waiter);

}  // namespace kreisel::client::detail
