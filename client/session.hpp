#pragma once
// Session: a WAMP session for C++ programs: calls, publishes, subscribes, provides procedures, and
// comes back by itself when the connection goes.
//
//     awaitable<void> run() {
//         auto session = co_await connect({"ws://localhost:8080/ws", "realm1"});
//         co_await session.provide("com.example.add", [](int a, int b) { return a + b; });
//         int sum = co_await session.call<int>("com.example.add", 2, 3);
//         co_await session.subscribe("com.example.tick", [](int n) { std::cout << n; });
//         co_await session.publish("com.example.tick", 42);
//     }
//
// A handle, cheap to copy; the session is closed when the last copy goes, and everybody who waits
// is told uris::closed. A context that is destroyed before drops the handlers of its sessions
// untold, as it does with all of its handlers; no handle may outlive it. All methods may be called
// from any thread. Every operation ends with a completion token (client/token.hpp); without one it
// is co_awaited. Sources: rfc/text/basic and rfc/text/advanced.

#include "client/events.hpp"
#include "client/outcomes.hpp"
#include "client/procedures.hpp"
#include "client/stream.hpp"
#include "client/token.hpp"
#include "client/values/results.hpp"
#include "client/verbs.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client {

namespace detail {

/// Something that stands at the router until it is given back.
class StandingHandle {
  public:
    using Verb = void (*)(const EnginePtr&, StandingId, std::shared_ptr<Waiter<void>>);

    StandingHandle() = default;
    StandingHandle(std::weak_ptr<Engine> engine, Granted granted, Verb verb)
        : engine_(std::move(engine)), granted_(std::move(granted)), verb_(verb) {}

    template <class Token>
    auto give_back(Token token) const {
        const auto engine = engine_.lock();
        return initiate<void>(std::move(token), executor_of(engine),
                              [engine, standing = granted_.standing, verb = verb_](auto waiter) {
                                  if (engine == nullptr) return waiter->complete({});
                                  verb(engine, standing, std::move(waiter));
                              });
    }
    void release() const;
    /// 0: the router has not granted it, at present or at all.
    [[nodiscard]] std::uint64_t id() const { return granted_.id ? granted_.id->get() : 0; }

  private:
    std::weak_ptr<Engine> engine_;
    Granted granted_;
    Verb verb_ = nullptr;
};

}  // namespace detail

/// A subscription. It stands until unsubscribe() or the end of the session, whatever becomes of
/// this handle; see Scoped for another way.
class Subscription {
  public:
    /// None; only to be assigned to.
    Subscription() = default;
    /// For Session.
    explicit Subscription(detail::StandingHandle handle) : handle_(std::move(handle)) {}

    /// No more events. Completes when the router has confirmed it.
    template <class Token = detail::DefaultToken>
    auto unsubscribe(Token token = {}) const {
        return handle_.give_back(std::move(token));
    }
    /// unsubscribe() without waiting for anything.
    void release() const { handle_.release(); }
    /// The router's id of it, as the meta API names it; 0 while it does not stand. Another one
    /// after each new connection. Any thread.
    [[nodiscard]] SubscriptionId id() const { return SubscriptionId{handle_.id()}; }

  private:
    detail::StandingHandle handle_;
};

/// A procedure that is provided; it stands like a Subscription.
class Registration {
  public:
    /// None; only to be assigned to.
    Registration() = default;
    /// For Session.
    explicit Registration(detail::StandingHandle handle) : handle_(std::move(handle)) {}

    /// No more calls. Those under way are still answered.
    template <class Token = detail::DefaultToken>
    auto unregister(Token token = {}) const {
        return handle_.give_back(std::move(token));
    }
    /// unregister() without waiting for anything.
    void release() const { handle_.release(); }
    /// The router's id of it; see Subscription::id().
    [[nodiscard]] RegistrationId id() const { return RegistrationId{handle_.id()}; }

  private:
    detail::StandingHandle handle_;
};

/// Ends a Subscription or Registration with its scope: `Scoped guard(co_await
/// session.subscribe(...))`.
template <class Standing>
class [[nodiscard]] Scoped {
  public:
    /// Ends nothing.
    Scoped() = default;
    /// Ends `standing` when it goes.
    explicit Scoped(Standing standing) : standing_(std::move(standing)) {}
    /// `other` ends nothing any more.
    Scoped(Scoped&& other) noexcept : standing_(std::exchange(other.standing_, Standing())) {}
    /// `other` ends what this has stood for.
    Scoped& operator=(Scoped&& other) noexcept {
        std::swap(standing_, other.standing_);
        return *this;
    }
    ~Scoped() { standing_.release(); }

  private:
    Standing standing_;
};

/// A session of a realm; any thread, cheap to copy. See the head of client/session.hpp.
class Session {
  public:
    /// No session; only to be assigned to.
    Session() = default;

    /// Calls a procedure; the result becomes an R (client/values/results.hpp): nothing by default.
    /// Fails with what the callee or the router answered, uris::wrong_type if the result is no R.
    /// The last argument may be a completion token. WAMP: rfc/text/basic/rpc, Calling.
    template <class R = void, class... Args>
    auto call(Request<CallOptions> request, Args&&... args) const {
        return detail::with_payload(
            encoding(),
            [&](auto token, Result<Payload> payload) {
                return detail::initiate<R>(
                    std::move(token), fallback(),
                    [engine = engine(), request = std::move(request),
                     payload = std::move(payload)](auto waiter) mutable {
                        request.stop = waiter->stop_token(std::move(request.stop));
                        detail::start_call(
                            engine, std::move(request), std::move(payload),
                            std::make_shared<detail::ResultWaiter<R>>(std::move(waiter)));
                    });
            },
            std::forward<Args>(args)...);
    }

    /// Calls a procedure whose results come in parts, each a T (client/stream.hpp). Begins at once;
    /// what goes wrong is told by next(). WAMP: rfc/text/advanced/rpc_progressive_call_results.
    template <class T, class... Args>
    [[nodiscard]] ResultStream<T> stream(const Request<CallOptions>& request,
                                         const Args&... args) const {
        return ResultStream<T>(
            detail::start_stream(engine(), request, payload(args...), SessionCore::Parts::one));
    }
    /// The same of one that takes its arguments in parts, too; `args` are the first. WAMP:
    /// rfc/text/advanced/rpc_progressive_call_invocations.
    template <class T, class... Args>
    [[nodiscard]] Exchange<T> exchange(const Request<CallOptions>& request,
                                       const Args&... args) const {
        return Exchange<T>(
            detail::start_stream(engine(), request, payload(args...), SessionCore::Parts::several));
    }

    /// Publishes an event. Completes with its id when the router has it, if `acknowledge` is set;
    /// else with id 0 as soon as it is on its way and little enough waits before it. Fails with
    /// what the router answered, uris::not_connected, and uris::too_many if too much waits; without
    /// `acknowledge` nobody tells that the router refused it. WAMP: rfc/text/basic/pubsub.
    template <class... Args>
    auto publish(Request<PublishOptions> request, Args&&... args) const {
        return detail::with_payload(
            encoding(),
            [&](auto token, Result<Payload> payload) {
                return detail::initiate<PublicationId>(
                    std::move(token), fallback(),
                    [engine = engine(), request = std::move(request),
                     payload = std::move(payload)](auto waiter) mutable {
                        request.stop = waiter->stop_token(std::move(request.stop));
                        detail::start_publish(engine, std::move(request), std::move(payload),
                                              std::move(waiter));
                    });
            },
            std::forward<Args>(args)...);
    }

    /// Calls `handler` with each event of the topic, see client/events.hpp: one after the other, on
    /// the session's strand or `Settings::handler_executor`. Completes when the router has
    /// confirmed it; stands again after each new connection. WAMP: rfc/text/basic/pubsub.
    template <class F, class Token = detail::DefaultToken>
    auto subscribe(Request<SubscribeOptions> request, F handler, Token token = {}) const {
        static_assert(detail::Handler<F>, "an event handler must have one call operator");
        auto sink =
            std::make_shared<detail::EventHandler<F>>(std::move(handler), request.uri, engine());
        return detail::initiate<Subscription>(
            std::move(token), fallback(),
            [engine = engine(), request = std::move(request),
             sink = std::move(sink)](auto waiter) mutable {
                request.stop = waiter->stop_token(std::move(request.stop));
                detail::start_subscribe(engine, std::move(request), std::move(sink),
                                        detail::handle_waiter<Subscription>(
                                            engine, &detail::end_subscription, std::move(waiter)));
            });
    }

    /// Registers `handler` as the procedure, see client/procedures.hpp: called on the session's
    /// strand or `Settings::handler_executor`. Completes when the router has confirmed it, fails
    /// with e.g. wamp.error.procedure_already_exists; stands again after each new connection. WAMP:
    /// rfc/text/basic/rpc.
    template <class F, class Token = detail::DefaultToken>
    auto provide(Request<RegisterOptions> request, F handler, Token token = {}) const {
        static_assert(detail::Handler<F>, "a procedure must have one call operator");
        auto procedure = std::make_shared<detail::HandledProcedure<F>>(std::move(handler),
                                                                       request.uri, engine());
        return detail::initiate<Registration>(
            std::move(token), fallback(),
            [engine = engine(), request = std::move(request),
             procedure = std::move(procedure)](auto waiter) mutable {
                request.stop = waiter->stop_token(std::move(request.stop));
                detail::start_register(engine, std::move(request), std::move(procedure),
                                       detail::handle_waiter<Registration>(
                                           engine, &detail::end_registration, std::move(waiter)));
            });
    }

    /// Says goodbye and waits for the router's, a few seconds at most. The session is over then and
    /// does not come back; what was under way ends with uris::closed.
    template <class Token = detail::DefaultToken>
    auto leave(Token token = {}) const {
        return detail::initiate<void>(
            std::move(token), fallback(), [engine = engine()](auto waiter) {
                const auto stop = waiter->stop_token();
                engine->leave(std::string(uris::close_normal), stop, std::move(waiter));
            });
    }
    /// Ends at once, without a word to the router.
    void close() const;

    /// Who the session is in its realm, or was last while it has no connection.
    [[nodiscard]] Identity identity() const;
    /// Whether it is one, connected or not.
    [[nodiscard]] explicit operator bool() const { return life_ != nullptr; }

    /// For connect().
    explicit Session(detail::EnginePtr engine);

  private:
    /// Closes the engine when the last handle goes.
    struct Life;

    [[nodiscard]] const detail::EnginePtr& engine() const;
    [[nodiscard]] boost::asio::any_io_executor fallback() const;
    [[nodiscard]] Encoding encoding() const;
    template <class... Args>
    [[nodiscard]] Result<Payload> payload(const Args&... args) const {
        return detail::try_payload([&] { return make_arguments(encoding(), args...); });
    }

    std::shared_ptr<Life> life_;
};

namespace detail {

/// `stop` ends the session before it has begun.
void start_session(const boost::asio::any_io_executor& executor, Settings settings,
                   const std::stop_token& stop, std::shared_ptr<Waiter<Session>> waiter);

}  // namespace detail

/// Connects, logs in and completes with the session. Fails with why, e.g. wamp.error.no_such_realm.
///
///     auto session = co_await connect({"ws://localhost:8080/ws", "realm1"});
///     auto session = connect(context.get_executor(), settings, use_future).get();
///
/// An object rather than a function, because Asio looks for functions of this name among those of
/// its users' namespaces.
struct Connect {
    /// The session lives on `executor`.
    template <class Token = detail::DefaultToken>
    auto operator()(const boost::asio::any_io_executor& executor, Settings settings,
                    Token token = {}) const {
        return detail::initiate<Session>(
            std::move(token), executor,
            [executor, settings = std::move(settings)](auto waiter) mutable {
                const auto stop = waiter->stop_token(settings.stop);
                detail::start_session(executor, std::move(settings), stop, std::move(waiter));
            });
    }

    /// The session lives on the executor of the coroutine that awaits it. `token`: none or
    /// as_result.
    template <class Token = detail::DefaultToken>
    auto operator()(Settings settings, Token token = {}) const {
        return detail::initiate<Session>(std::move(token), boost::asio::any_io_executor(),
                                         [settings = std::move(settings)](auto waiter) mutable {
                                             const auto executor = waiter->executor();
                                             const auto stop = waiter->stop_token(settings.stop);
                                             detail::start_session(executor, std::move(settings),
                                                                   stop, std::move(waiter));
                                         });
    }
};
/// Connects; see Connect.
inline constexpr Connect connect;

}  // namespace kreisel::client
