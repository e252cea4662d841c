#pragma once
// sync::Session: a session for scripts and tests: every operation waits and returns, or throws
// Error.
//
//     sync::Session session({"ws://localhost:8080/ws", "realm1"});
//     int sum = session.call<int>("com.example.add", 2, 3);
//     session.subscribe("com.example.tick", [](int n) { std::cout << n << '\n'; });
//     session.publish("com.example.tick", 42);
//
// It has a thread of its own, on which handlers run: one that waits for an operation of the same
// session would wait for itself, so it gets an Error instead. Methods may be called from any other
// thread. For everything else (parts, stop tokens, several operations at once) there is async().

#include "client/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <string>
#include <thread>
#include <utility>

namespace kreisel::client::sync {

/// A session whose operations wait. Not from its own handlers; any other thread.
class Session {
  public:
    /// Connects and logs in, or throws why not.
    explicit Session(Settings settings);
    /// Leaves politely, if that takes no longer than 2 s. Not from a handler.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Calls a procedure and returns its result as an R.
    template <class R = void, class... Args>
    R call(Request<CallOptions> request, const Args&... args) const {
        check_thread();
        return session_.call<R>(std::move(request), args..., boost::asio::use_future).get();
    }
    /// Returns the id of an acknowledged publication, else 0.
    template <class... Args>
    PublicationId publish(Request<PublishOptions> request, const Args&... args) const {
        check_thread();
        return session_.publish(std::move(request), args..., boost::asio::use_future).get();
    }
    /// Calls `handler` with each event, on the session's thread.
    template <class F>
    Subscription subscribe(Request<SubscribeOptions> request, F handler) const {
        check_thread();
        return session_.subscribe(std::move(request), std::move(handler), boost::asio::use_future)
            .get();
    }
    /// Registers `handler` as the procedure; it runs on the session's thread.
    template <class F>
    Registration provide(Request<RegisterOptions> request, F handler) const {
        check_thread();
        return session_.provide(std::move(request), std::move(handler), boost::asio::use_future)
            .get();
    }
    /// No more events.
    void unsubscribe(const Subscription& subscription) const;
    /// No more calls.
    void unregister(const Registration& registration) const;
    /// Says goodbye. Everything after that throws.
    void leave() const;

    /// Who the session is in its realm.
    [[nodiscard]] Identity identity() const { return session_.identity(); }
    /// The session as others have it, on the same thread.
    [[nodiscard]] const client::Session& async() const { return session_; }

  private:
    void check_thread() const;

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
    client::Session session_;
};

}  // namespace kreisel::client::sync
