#pragma once
// Procedures: any function, lambda or coroutine of the user as a Procedure of the core.
//
// Its parameters are read from the arguments; those of client/invocation.hpp are made by the
// library and may stand anywhere among them. What it returns is the result, what it throws the
// error.

#include "client/invocation.hpp"
#include "client/signature.hpp"

#include <boost/asio/post.hpp>
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/co_spawn.hpp>
#endif

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client::detail {

template <class T>
struct IsResponder : std::false_type {};
template <class T>
struct IsResponder<Responder<T>> : std::true_type {};
template <class T>
struct IsMadeForProcedure : IsResponder<T> {};
template <>
struct IsMadeForProcedure<InvocationDetails> : std::true_type {};
template <>
struct IsMadeForProcedure<std::stop_token> : std::true_type {};
template <class T>
struct IsMadeForProcedure<Progress<T>> : std::true_type {};
template <class T>
struct IsMadeForProcedure<Inputs<T>> : std::true_type {};

template <class... P>
[[nodiscard]] constexpr bool has_responder(const std::tuple<P...>*) {
    return (IsResponder<P>::value || ...);
}

template <class F>
class HandledInvocation final : public InvocationContext {
  public:
    HandledInvocation(std::shared_ptr<F> handler, std::weak_ptr<Engine> engine, InvocationKey key,
                      InvocationDetails details, Encoding encoding)
        : InvocationContext(std::move(engine), key, std::move(details), encoding),
          handler_(std::move(handler)) {}

  protected:
    using Parameters = typename SignatureOf<F>::Parameters;
    using Returned = typename SignatureOf<F>::Returned;
    using Values = typename ValueParameters<IsMadeForProcedure, Parameters>::Type;

    void start(Payload payload) override {
        const auto engine = this->engine().lock();
        if (engine == nullptr) return;
        if (!engine->settings().handler_executor) return handle(payload);
        boost::asio::post(engine->settings().handler_executor,
                          [self = own(), payload = std::move(payload)] { self->handle(payload); });
    }

  private:
    [[nodiscard]] std::shared_ptr<HandledInvocation> own() {
        return std::static_pointer_cast<HandledInvocation>(shared_from_this());
    }

    void handle(const Payload& payload) {
        auto values = read(payload, static_cast<const Values*>(nullptr));
        if (!values) return fail(Error(uris::invalid_argument, {values.error().text()}));
        try {
            call(*values);
        } catch (...) {
            fail(std::current_exception());
        }
    }

    template <class... T>
    [[nodiscard]] static auto read(const Payload& payload, const std::tuple<T...>*) {
        return read_arguments<T...>(payload);
    }

    template <class P>
    [[nodiscard]] P make() {
        if constexpr (std::is_same_v<P, InvocationDetails>) {
            return details();
        } else if constexpr (std::is_same_v<P, std::stop_token>) {
            return stop_token();
        } else {
            return P(shared_from_this());
        }
    }

    decltype(auto) call_handler(F& handler, Values& values) {
        const auto made = [this]<class P>(std::type_identity<P>) {
            return this->template make<P>();
        };
        return call_with<IsMadeForProcedure>(handler, values, made,
                                             static_cast<const Parameters*>(nullptr));
    }

    void call(Values& values) {
        // Called once. Whoever keeps a Responder in what the handler captures would keep that, too.
        const std::shared_ptr<F> handler = std::move(handler_);
        if constexpr (has_responder(static_cast<const Parameters*>(nullptr))) {
            static_assert(std::is_void_v<Returned>, "a procedure with a Responder returns void");
            call_handler(*handler, values);
        } else if constexpr (is_awaitable<Returned>) {
            spawn(call_handler(*handler, values), handler);
        } else if constexpr (std::is_void_v<Returned>) {
            call_handler(*handler, values);
            answer(make_arguments(encoding()));
        } else {
            answer(make_result(encoding(), call_handler(*handler, values)));
        }
    }

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
    template <class T, class Executor>
    void spawn(boost::asio::awaitable<T, Executor> coroutine, std::shared_ptr<F> handler) {
        // What the handler captured lives as long as the coroutine.
        boost::asio::co_spawn(executor(), std::move(coroutine),
                              [self = own(), handler = std::move(handler)](
                                  const std::exception_ptr& thrown, auto... result) {
                                  self->finish(thrown, result...);
                              });
    }
    template <class... T>
    void finish(const std::exception_ptr& thrown, const T&... result) {
        if (thrown) return fail(thrown);
        answer(try_payload([&] {
            if constexpr (sizeof...(T) == 0) {
                return make_arguments(encoding());
            } else {
                return make_result(encoding(), result...);
            }
        }));
    }
#endif

    std::shared_ptr<F> handler_;
};

template <class F>
class HandledProcedure final : public Procedure {
  public:
    HandledProcedure(F handler, std::string uri, std::weak_ptr<Engine> engine)
        : handler_(std::make_shared<F>(std::move(handler))),
          uri_(std::move(uri)),
          engine_(std::move(engine)) {}

    std::shared_ptr<InvocationSink> open(InvocationKey key, const Dict& details) override {
        const auto engine = engine_.lock();
        const Encoding encoding =
            engine == nullptr ? Encoding::msgpack : engine->settings().encodings.front();
        return std::make_shared<HandledInvocation<F>>(
            handler_, engine_, key, InvocationDetails::read(uri_, details), encoding);
    }
    void on_gone(const Error& why) override {
        const auto engine = engine_.lock();
        if (engine != nullptr) engine->report("registration of " + uri_ + " ended: " + why.what());
    }
    void on_postponed(const Error& why) override {
        const auto engine = engine_.lock();
        if (engine == nullptr) return;
        engine->report("registration of " + uri_ + " is tried again: " + why.what());
    }

  private:
    std::shared_ptr<F> handler_;
    std::string uri_;
    std::weak_ptr<Engine> engine_;
};

}  // namespace kreisel::client::detail
