#pragma once
// Completion tokens: how the outcome of an operation reaches the one who asked for it.
//
//     int sum = co_await session.call<int>("com.example.add", 2, 3);  // or throws Error
//     Result<int> sum = co_await session.call<int>("com.example.add", 2, 3, as_result);
//     std::future<int> sum = session.call<int>("com.example.add", 2, 3, boost::asio::use_future);
//     session.call<int>("com.example.add", 2, 3, [](Result<int> sum) { ... });
//
// Rule: what can be called with a Result<T> is called with it. Every other token gets the
// signature void(std::exception_ptr, T), so that coroutines and futures throw; as_result(token)
// turns that off. No token at all means use_awaitable, where the compiler has coroutines. A handler
// runs on its associated executor, or else on the session's strand.
//
// With Boost 1.77 and newer, the cancellation slot of a handler gives operations up as with::stop
// does, so `co_await (session.call<int>(...) || timer.async_wait(use_awaitable))` works.

#include "client/core/waiters.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/version.hpp>
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/use_awaitable.hpp>
#endif
#if BOOST_VERSION >= 107700
#define KREISEL_HAS_CANCELLATION_SLOTS
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#endif

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace kreisel::client {

/// A token whose handler gets a Result<T>, see as_result.
template <class Token>
struct AsResult {
    Token token;  ///< the token within
};

/// `as_result(token)`: the non-throwing form of any token. `as_result` alone: of co_await.
struct AsResultTag {
    /// `token` with a Result<T> instead of an exception.
    template <class Token>
    [[nodiscard]] constexpr AsResult<std::decay_t<Token>> operator()(Token&& token) const {
        return {std::forward<Token>(token)};
    }
};
/// Last argument of an operation: `co_await` gives a Result<T>, and does not throw.
inline constexpr AsResultTag as_result;

namespace detail {

/// Whether the handler says where it wants to run.
template <class Handler>
inline constexpr bool has_executor =
    !std::is_same_v<boost::asio::associated_executor_t<Handler, boost::asio::system_executor>,
                    boost::asio::system_executor>;

/// The executor of a handler, which is at work until the handler has run.
template <class Handler>
class HandlerExecutor {
  public:
    HandlerExecutor(const Handler& handler, const boost::asio::any_io_executor& fallback)
        : work_(boost::asio::get_associated_executor(handler, fallback)) {}
    [[nodiscard]] auto get() const { return work_.get_executor(); }
    [[nodiscard]] static bool is_here() { return false; }
    void release() { work_.reset(); }

  private:
    boost::asio::executor_work_guard<
        boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>>
        work_;
};

/// Of a handler that does not mind. The session's own strand needs nobody to keep it at work, and
/// to do so for each operation would cost as much as the operation.
template <class Handler>
requires(!has_executor<Handler>) class HandlerExecutor<Handler> {
  public:
    HandlerExecutor(const Handler&, boost::asio::any_io_executor fallback)
        : executor_(std::move(fallback)) {
        if (strand() == nullptr) work_.emplace(executor_);
    }
    [[nodiscard]] const boost::asio::any_io_executor& get() const { return executor_; }
    /// Whether this is the session's strand, so that the handler may be called as it is.
    [[nodiscard]] bool is_here() const {
        return strand() != nullptr && strand()->running_in_this_thread();
    }
    void release() { work_.reset(); }

  private:
    using Strand = boost::asio::strand<boost::asio::any_io_executor>;

    [[nodiscard]] const Strand* strand() const { return executor_.target<Strand>(); }

    boost::asio::any_io_executor executor_;
    std::optional<boost::asio::executor_work_guard<boost::asio::any_io_executor>> work_;
};

/// Marks that an operation begins on this thread. What is done at once is told only after that: a
/// loop that co_awaits such operations would go one step deeper into the stack with each.
class Beginning {
  public:
    Beginning() { ++depth_; }
    ~Beginning() { --depth_; }
    Beginning(const Beginning&) = delete;
    Beginning& operator=(const Beginning&) = delete;

    [[nodiscard]] static bool is_under_way() { return depth_ > 0; }

  private:
    static inline thread_local int depth_ = 0;
};

/// Hands the outcome to an Asio handler of either form.
template <class T, class Handler>
class HandlerWaiter final : public Waiter<T> {
  public:
    HandlerWaiter(Handler handler, const boost::asio::any_io_executor& fallback)
        : executor_(handler, fallback), handler_(std::move(handler)) {}

    void complete(Result<T> outcome) override {
        decltype(auto) executor = executor_.get();
        const bool is_beginning = Beginning::is_under_way();
        try {
            if (!is_beginning && executor_.is_here()) {
                Handler handler = std::move(handler_);
                deliver(handler, std::move(outcome));
                return;
            }
            auto told = [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
                deliver(handler, std::move(outcome));
            };
            if (is_beginning) {
                boost::asio::post(executor, std::move(told));
            } else {
                boost::asio::dispatch(executor, std::move(told));
            }
        } catch (...) {
            // Of a handler that ran in place. It belongs to the user's loop, not to our step.
            boost::asio::post(
                executor, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
        }
        executor_.release();
    }

    /// Where the handler runs.
    [[nodiscard]] boost::asio::any_io_executor executor() const { return executor_.get(); }

    /// A token that says stop when `given` does, or the handler's cancellation slot. Once, while
    /// the operation begins.
    [[nodiscard]] std::stop_token stop_token(std::stop_token given = {}) {
#if defined(KREISEL_HAS_CANCELLATION_SLOTS)
        auto slot = boost::asio::get_associated_cancellation_slot(handler_);
        if (!slot.is_connected()) return given;
        std::stop_source source;
        slot.assign([source](boost::asio::cancellation_type type) mutable {
            if (type != boost::asio::cancellation_type::none) source.request_stop();
        });
        if (given.stop_possible()) given_.emplace(std::move(given), Stop{source});
        return source.get_token();
#else
        return given;
#endif
    }

  private:
    struct Stop {
        std::stop_source source;
        void operator()() { source.request_stop(); }
    };

    static void deliver(Handler& handler, Result<T> outcome) {
#if defined(KREISEL_HAS_CANCELLATION_SLOTS)
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.clear();
#endif
        if constexpr (std::is_invocable_v<Handler&, Result<T>>) {
            handler(std::move(outcome));
        } else if constexpr (std::is_void_v<T>) {
            handler(thrown_by(outcome));
        } else {
            std::exception_ptr thrown = thrown_by(outcome);
            handler(std::move(thrown), outcome ? T(std::move(*outcome)) : T());
        }
    }
    [[nodiscard]] static std::exception_ptr thrown_by(const Result<T>& outcome) {
        return outcome ? nullptr : std::make_exception_ptr(outcome.error());
    }

    HandlerExecutor<Handler> executor_;
    Handler handler_;
    std::optional<std::stop_callback<Stop>> given_;
};

template <class T>
struct ThrowingSignature {
    using Type = void(std::exception_ptr, T);
};
template <>
struct ThrowingSignature<void> {
    using Type = void(std::exception_ptr);
};

template <class T, class Signature, class Token, class Start>
auto initiate_as(Token& token, boost::asio::any_io_executor fallback, Start start) {
    return boost::asio::async_initiate<Token, Signature>(
        [fallback = std::move(fallback), start = std::move(start)](auto handler) mutable {
            using Handler = std::decay_t<decltype(handler)>;
            const Beginning beginning;
            start(std::make_shared<HandlerWaiter<T, Handler>>(std::move(handler), fallback));
        },
        token);
}

/// A plain function object: use_future can be called, too, but is a token that returns something.
template <class Token, class Outcome>
inline constexpr bool is_callback = requires {
    requires std::is_invocable_v<Token&, Outcome>;
    requires std::is_void_v<typename boost::asio::async_result<Token, void(Outcome)>::return_type>;
};

template <class Token>
inline constexpr bool is_as_result = false;
template <class Token>
inline constexpr bool is_as_result<AsResult<Token>> = true;

/// Begins an operation whose outcome is a T: `start(std::shared_ptr<Waiter<T>>)`, called now or,
/// for co_await, when it is awaited.
template <class T, class Token, class Start>
auto initiate(Token token, boost::asio::any_io_executor fallback, Start start) {
    if constexpr (std::is_same_v<Token, AsResultTag>) {
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
        return initiate<T>(AsResult<boost::asio::use_awaitable_t<>>{}, std::move(fallback),
                           std::move(start));
#else
        static_assert(!std::is_same_v<Token, AsResultTag>,
                      "without coroutines as_result needs a token: as_result(token)");
#endif
    } else if constexpr (is_as_result<Token>) {
        return initiate_as<T, void(Result<T>)>(token.token, std::move(fallback), std::move(start));
    } else if constexpr (is_callback<Token, Result<T>>) {
        return initiate_as<T, void(Result<T>)>(token, std::move(fallback), std::move(start));
    } else {
        return initiate_as<T, typename ThrowingSignature<T>::Type>(token, std::move(fallback),
                                                                   std::move(start));
    }
}

/// What a call without a token gets.
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
using DefaultToken = boost::asio::use_awaitable_t<>;
#else
struct DefaultToken {};
#endif

}  // namespace detail

}  // namespace kreisel::client
