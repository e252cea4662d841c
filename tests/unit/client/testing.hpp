#pragma once
// A real router in this process and sessions of the client library on a thread of their own.

#include "client/session.hpp"
#include "router/config/config.hpp"
#include "router/server/router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace kreisel::client {

using boost::asio::use_future;
using namespace std::chrono_literals;

/// What anything here may take before it counts as hanging.
inline constexpr auto patience = 60s;

inline const std::string open_realm = R"(
listeners: [{address: "127.0.0.1:0"}]
shards: 1
realms:
  - name: realm1
    roles:
      - name: anonymous
        permissions: [{uri: "", match: prefix, allow: [publish, subscribe, call, register]}]
    authentication: {anonymous_role: anonymous}
)";

/// A router that runs until it goes.
class TestRouter {
  public:
    explicit TestRouter(const std::string& yaml = open_realm) : router_(config_of(yaml)) {
        const auto started = router_.start();
        BOOST_REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error()));
    }

    /// `ws`, `rs`, `wss`, `rss`.
    [[nodiscard]] std::string url(const std::string& scheme = "ws") const {
        for (const std::string& address : router_.addresses()) {
            if (address.starts_with(scheme + ":")) return address;
        }
        BOOST_FAIL("the router has no " + scheme);
        return {};
    }
    [[nodiscard]] Router& operator*() { return router_; }

  private:
    [[nodiscard]] static RouterConfig config_of(const std::string& yaml) {
        auto config = parse_config(yaml, "test.yaml");
        BOOST_REQUIRE_MESSAGE(config.has_value(), (config ? "" : config.error().front().text));
        return std::move(*config);
    }

    Router router_;
};

/// An io_context with a thread.
class Loop {
  public:
    Loop() : work_(boost::asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {}
    ~Loop() {
        work_.reset();
        context_.stop();
        thread_.join();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

  private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// What the future brings; fails the test if that takes too long.
template <class T>
T get(std::future<T> future) {
    BOOST_REQUIRE_MESSAGE(future.wait_for(patience) == std::future_status::ready, "hangs");
    return future.get();
}

/// The error that the future brings.
template <class T>
Error error_of(std::future<T> future) {
    try {
        get(std::move(future));
    } catch (const Error& error) {
        return error;
    }
    BOOST_FAIL("no error");
    return Error("none");
}

inline Session join(Loop& loop, const std::string& url, Settings settings = {}) {
    settings.url = url;
    if (settings.realm.empty()) settings.realm = "realm1";
    return get(connect(loop.executor(), std::move(settings), use_future));
}

/// Waits until `is_so()`, looking often.
template <class Condition>
void wait_until(Condition is_so) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, "never became so");
        std::this_thread::sleep_for(1ms);
    }
}

}  // namespace kreisel::client
