#pragma once
// Events: any function, lambda or coroutine of the user as an EventSink of the core.
//
//     session.subscribe("com.example.tick", [](std::int64_t n, EventDetails details) { ... });
//
// Its parameters are read from the event's arguments; EventDetails may stand anywhere among them.
// An event that does not fit is reported (`Settings::on_problem`) and passed over; so is what a
// handler throws.

#include "client/engine.hpp"
#include "client/signature.hpp"
#include "client/values/arguments.hpp"

#include <boost/asio/post.hpp>
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/co_spawn.hpp>
#endif

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client {

/// What EVENT.Details tell; what the router did not disclose is empty.
struct EventDetails {
    PublicationId publication;  ///< the same for all who receive it
    /// The topic published to, also if the subscription is a pattern.
    std::string topic;
    SessionId publisher;                     ///< who published
    std::string publisher_authid;            ///< as whom
    std::string publisher_authrole;          ///< in which role
    std::optional<std::int64_t> trustlevel;  ///< how far the router trusts the publisher
    /// It was kept for later subscribers, and this is one.
    bool is_retained = false;
    /// All of it.
    Dict details;

    /// For Session.
    [[nodiscard]] static EventDetails read(const std::string& topic, const ReceivedEvent& event);
};

namespace detail {

template <class T>
struct IsMadeForEvent : std::is_same<T, EventDetails> {};

/// What all event handlers share.
class HandledEvents : public EventSink, public std::enable_shared_from_this<HandledEvents> {
  public:
    HandledEvents(std::string topic, std::weak_ptr<Engine> engine)
        : topic_(std::move(topic)), engine_(std::move(engine)) {}

    void on_event(ReceivedEvent event) override;
    void on_gone(const Error& why) override;

  protected:
    virtual void handle(const ReceivedEvent& event) = 0;
    void report(const std::string& what) const;
    void report(const std::exception_ptr& thrown) const;
    [[nodiscard]] const std::string& topic() const { return topic_; }
    [[nodiscard]] boost::asio::any_io_executor executor() const;

  private:
    std::string topic_;
    std::weak_ptr<Engine> engine_;
};

template <class F>
class EventHandler final : public HandledEvents {
  public:
    EventHandler(F handler, std::string topic, std::weak_ptr<Engine> engine)
        : HandledEvents(std::move(topic), std::move(engine)), handler_(std::move(handler)) {}

  private:
    using Parameters = typename SignatureOf<F>::Parameters;
    using Returned = typename SignatureOf<F>::Returned;
    using Values = typename ValueParameters<IsMadeForEvent, Parameters>::Type;

    void handle(const ReceivedEvent& event) override {
        auto values = read(event.payload, static_cast<const Values*>(nullptr));
        if (!values) return report("an event does not fit its handler: " + values.error().text());
        try {
            call(*values, event);
        } catch (...) {
            report(std::current_exception());
        }
    }

    template <class... T>
    [[nodiscard]] static auto read(const Payload& payload, const std::tuple<T...>*) {
        return read_arguments<T...>(payload, Surplus::ignored);
    }

    void call(Values& values, const ReceivedEvent& event) {
        const auto made = [&]<class P>(std::type_identity<P>) {
            return EventDetails::read(topic(), event);
        };
        constexpr auto* parameters = static_cast<const Parameters*>(nullptr);
        if constexpr (is_awaitable<Returned>) {
            spawn(call_with<IsMadeForEvent>(handler_, values, made, parameters));
        } else {
            call_with<IsMadeForEvent>(handler_, values, made, parameters);
        }
    }

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
    template <class T, class Executor>
    void spawn(boost::asio::awaitable<T, Executor> coroutine) {
        boost::asio::co_spawn(
            executor(), std::move(coroutine),
            [self = shared_from_this(), this](const std::exception_ptr& thrown, auto&&...) {
                if (thrown) report(thrown);
            });
    }
#endif

    F handler_;
};

}  // namespace detail

}  // namespace kreisel::client
