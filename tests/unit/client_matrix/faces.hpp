#pragma once
// Faces: one session behind the same blocking methods, whatever completion token is at work below.
//
//     Face<Callbacks> face(settings);
//     int sum = face.call<int>("com.example.add", 2, 3);
//     auto slow = face.begin_call<int>("com.example.slow");   // goes on meanwhile
//     Error why = face.error_of(std::move(slow));
//
// Of one thread, which waits; the session lives on a thread of its own.

#include "client/sync.hpp"
#include "tests/unit/client/testing.hpp"

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/co_spawn.hpp>
#endif

namespace kreisel::client::matrix {

template <class T>
T finish(std::future<T> future) {
    return get(std::move(future));
}
template <class T>
T finish(std::future<Result<T>> future) {
    auto outcome = get(std::move(future));
    if (!outcome) throw outcome.error();
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

struct Futures {
    static constexpr const char* name = "use_future";
    template <class T, class Start>
    [[nodiscard]] static auto begin(const Start& start) {
        return start(use_future);
    }
};

struct Results {
    static constexpr const char* name = "as_result";
    template <class T, class Start>
    [[nodiscard]] static auto begin(const Start& start) {
        return start(as_result(use_future));
    }
};

struct Callbacks {
    static constexpr const char* name = "callback";
    template <class T, class Start>
    [[nodiscard]] static auto begin(const Start& start) {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        start([promise](Result<T> outcome) { promise->set_value(std::move(outcome)); });
        return promise->get_future();
    }
};

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
struct Coroutines {
    static constexpr const char* name = "use_awaitable";
    template <class T, class Start>
    [[nodiscard]] static auto begin(const Start& start) {
        // Not the thread of the session: the answer has to find its way.
        static Loop loop;
        return boost::asio::co_spawn(loop.executor(), awaited<T>(start), use_future);
    }

  private:
    template <class T, class Start>
    static boost::asio::awaitable<T> awaited(Start start) {
        co_return co_await start(boost::asio::use_awaitable);
    }
};
#endif

/// A session asked by the tokens of `Way`.
template <class Way>
class Face {
  public:
    static constexpr const char* name = Way::name;

    explicit Face(Settings settings) : loop_(std::make_unique<Loop>()) {
        session_ = wait<Session>([this, &settings](auto token) {
            return connect(loop_->executor(), settings, std::move(token));
        });
    }
    /// Of a session that somebody else keeps.
    explicit Face(Session session) : session_(std::move(session)) {}
    ~Face() { session_ = Session(); }
    Face(const Face&) = delete;
    Face& operator=(const Face&) = delete;

    template <class R, class... Args>
    [[nodiscard]] auto begin_call(const Request<CallOptions>& request, const Args&... args) {
        return Way::template begin<R>([session = session_, request, args...](auto token) {
            return session.template call<R>(request, args..., std::move(token));
        });
    }
    template <class R = void, class... Args>
    R call(const Request<CallOptions>& request, const Args&... args) {
        return finish(begin_call<R>(request, args...));
    }
    template <class... Args>
    PublicationId publish(const Request<PublishOptions>& request, const Args&... args) {
        return wait<PublicationId>(
            [&](auto token) { return session_.publish(request, args..., std::move(token)); });
    }
    template <class F>
    Subscription subscribe(const Request<SubscribeOptions>& request, const F& handler) {
        return wait<Subscription>(
            [&](auto token) { return session_.subscribe(request, handler, std::move(token)); });
    }
    template <class F>
    Registration provide(const Request<RegisterOptions>& request, const F& handler) {
        return wait<Registration>(
            [&](auto token) { return session_.provide(request, handler, std::move(token)); });
    }
    void unsubscribe(const Subscription& subscription) {
        wait<void>([&](auto token) { return subscription.unsubscribe(std::move(token)); });
    }
    void unregister(const Registration& registration) {
        wait<void>([&](auto token) { return registration.unregister(std::move(token)); });
    }
    void leave() {
        wait<void>([&](auto token) { return session_.leave(std::move(token)); });
    }

    template <class T>
    std::optional<T> next(const ResultStream<T>& stream) {
        return wait<std::optional<T>>([&](auto token) { return stream.next(std::move(token)); });
    }
    template <class T, class... Args>
    void send(const Exchange<T>& exchange, const Args&... args) {
        wait<void>([&](auto token) { return exchange.send(args..., std::move(token)); });
    }
    template <class T, class... Args>
    void end(const Exchange<T>& exchange, const Args&... args) {
        wait<void>([&](auto token) { return exchange.finish(args..., std::move(token)); });
    }

    [[nodiscard]] const Session& session() const { return session_; }

  private:
    template <class T, class Start>
    T wait(const Start& start) {
        return finish(Way::template begin<T>(start));
    }

    std::unique_ptr<Loop> loop_;
    Session session_;
};

/// sync::Session; what it has not goes by its async().
struct Blocking {};
template <>
class Face<Blocking> {
  public:
    static constexpr const char* name = "sync";

    explicit Face(Settings settings) : blocking_(std::move(settings)), others_(blocking_.async()) {}

    template <class R, class... Args>
    [[nodiscard]] auto begin_call(const Request<CallOptions>& request, const Args&... args) {
        return std::async(std::launch::async,
                          [=, this] { return blocking_.call<R>(request, args...); });
    }
    template <class R = void, class... Args>
    R call(const Request<CallOptions>& request, const Args&... args) {
        return blocking_.call<R>(request, args...);
    }
    template <class... Args>
    PublicationId publish(const Request<PublishOptions>& request, const Args&... args) {
        return blocking_.publish(request, args...);
    }
    template <class F>
    Subscription subscribe(const Request<SubscribeOptions>& request, const F& handler) {
        return blocking_.subscribe(request, handler);
    }
    template <class F>
    Registration provide(const Request<RegisterOptions>& request, const F& handler) {
        return blocking_.provide(request, handler);
    }
    void unsubscribe(const Subscription& subscription) { blocking_.unsubscribe(subscription); }
    void unregister(const Registration& registration) { blocking_.unregister(registration); }
    void leave() { blocking_.leave(); }

    template <class T>
    std::optional<T> next(const ResultStream<T>& stream) {
        return others_.next(stream);
    }
    template <class T, class... Args>
    void send(const Exchange<T>& exchange, const Args&... args) {
        others_.send(exchange, args...);
    }
    template <class T, class... Args>
    void end(const Exchange<T>& exchange, const Args&... args) {
        others_.end(exchange, args...);
    }

    [[nodiscard]] const Session& session() const { return blocking_.async(); }

  private:
    sync::Session blocking_;
    Face<Futures> others_;
};

/// The error that `operation()` throws.
template <class Operation>
[[nodiscard]] Error thrown_by(const Operation& operation) {
    try {
        operation();
    } catch (const Error& error) {
        return error;
    }
    BOOST_FAIL("no error");
    return Error("none");
}

}  // namespace kreisel::client::matrix
