#pragma once
// What a procedure may ask for besides its arguments: who calls (InvocationDetails), whether to go
// on (std::stop_token), a way to answer later (Responder), parts of the result (Progress) and
// further parts of the arguments (Inputs).
//
//     session.provide("com.example.count", [](int to, Progress<int> progress) -> awaitable<int> {
//         for (int i = 1; i < to; ++i) co_await progress.send(i);
//         co_return to;
//     });
//
// All of them are cheap to copy and may be used from any thread, also after the call is over; then
// they do nothing.

#include "client/token.hpp"
#include "client/values/results.hpp"
#include "client/verbs.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace kreisel::client {

/// What INVOCATION.Details tell; what the router did not disclose is empty.
struct InvocationDetails {
    /// The procedure called, also if the registration is a pattern.
    std::string procedure;
    SessionId caller;                        ///< who calls
    std::string caller_authid;               ///< as whom
    std::string caller_authrole;             ///< in which role
    std::optional<std::int64_t> trustlevel;  ///< how far the router trusts the caller
    /// The caller takes parts of the result.
    bool wants_progress = false;
    /// Milliseconds after which the caller gives up; 0: it does not.
    Milliseconds timeout{0};
    /// All of it.
    Dict details;

    /// For Session.
    [[nodiscard]] static InvocationDetails read(const std::string& procedure, const Dict& details);
};

namespace detail {

/// One invocation from its arguments to its answer. Answers are given once; further ones are
/// thrown away.
class InvocationContext : public InvocationSink,
                          public std::enable_shared_from_this<InvocationContext> {
  public:
    InvocationContext(std::weak_ptr<Engine> engine, InvocationKey key, InvocationDetails details,
                      Encoding encoding);
    ~InvocationContext() override;

    [[nodiscard]] const InvocationDetails& details() const { return details_; }
    [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }
    [[nodiscard]] Encoding encoding() const { return encoding_; }
    [[nodiscard]] boost::asio::any_io_executor executor() const;

    /// The last answer. Any thread.
    void answer(Result<Payload> payload);
    /// `uri`, args and kwargs of the error.
    void fail(const Error& error);
    /// What was thrown, as the caller may know it: an Error as it is, anything else as
    /// wamp.error.runtime_error without its text, which goes to `Settings::on_problem`.
    void fail(const std::exception_ptr& thrown);
    /// A part of the result. `waiter` is told when more may be sent.
    void send_part(Result<Payload> payload, std::stop_token stop,
                   std::shared_ptr<Waiter<void>> waiter);
    /// The next part of the arguments, or nothing after the last.
    void next_input(std::stop_token stop, std::shared_ptr<Waiter<std::optional<Payload>>> waiter);

    // --- told by the core ---
    void on_payload(Payload payload, bool is_last) override;
    void on_interrupt(CancelMode mode) override;
    void drop() override { std::exchange(input_waiter_, nullptr).reset(); }

  protected:
    /// Calls the handler with the first arguments.
    virtual void start(Payload payload) = 0;
    [[nodiscard]] const std::weak_ptr<Engine>& engine() const { return engine_; }

  private:
    [[nodiscard]] bool take_turn();
    void give_input();
    /// The call is over: whoever waits for more of it need not.
    void end_input();
    /// This, if somebody may wait for more of its arguments.
    [[nodiscard]] std::shared_ptr<InvocationContext> self_if_in_parts();

    std::weak_ptr<Engine> engine_;
    InvocationKey key_;
    InvocationDetails details_;
    Encoding encoding_;
    std::stop_source stop_;
    std::atomic<bool> is_answered_{false};
    // --- on the strand ---
    std::deque<Payload> inputs_;
    std::shared_ptr<Waiter<std::optional<Payload>>> input_waiter_;
    bool has_started_ = false;
    bool is_input_over_ = false;
    bool is_holding_ = false;
};

/// Turns the payload of an outcome into a T.
template <class T>
class PayloadWaiter final : public Waiter<std::optional<Payload>> {
  public:
    explicit PayloadWaiter(std::shared_ptr<Waiter<std::optional<T>>> inner)
        : inner_(std::move(inner)) {}
    void complete(Result<std::optional<Payload>> outcome) override {
        if (!outcome) return inner_->complete(client::fail(outcome.error()));
        if (!*outcome) return inner_->complete(std::optional<T>());
        auto read = read_result<T>(**outcome);
        if (!read) return inner_->complete(client::fail(uris::wrong_type, read.error().text()));
        inner_->complete(std::optional<T>(std::move(*read)));
    }

  private:
    std::shared_ptr<Waiter<std::optional<T>>> inner_;
};

/// `make()` as a payload, or the Error it throws because a value cannot be sent.
template <class Make>
[[nodiscard]] Result<Payload> try_payload(const Make& make) {
    try {
        return make();
    } catch (const Error& error) {
        return client::fail(error);
    }
}

}  // namespace detail

/// Answers a call whenever it suits, from any thread. A procedure with a Responder among its
/// parameters returns void. If all copies go without an answer, the caller gets an error.
template <class T>
class Responder {
  public:
    /// For Session.
    explicit Responder(std::shared_ptr<detail::InvocationContext> context)
        : context_(std::move(context)) {}

    /// The result; what comes after the first answer is thrown away. Fails the call if the value
    /// cannot be sent.
    void answer(const T& result) const {
        context_->answer(
            detail::try_payload([&] { return make_result(context_->encoding(), result); }));
    }
    /// An ERROR with what `error` says.
    void fail(const Error& error) const { context_->fail(error); }

  private:
    std::shared_ptr<detail::InvocationContext> context_;
};

/// Of a procedure without a result.
template <>
class Responder<void> {
  public:
    /// For Session.
    explicit Responder(std::shared_ptr<detail::InvocationContext> context)
        : context_(std::move(context)) {}

    /// Done; what comes after the first answer is thrown away.
    void answer() const { context_->answer(make_arguments(context_->encoding())); }
    /// An ERROR with what `error` says.
    void fail(const Error& error) const { context_->fail(error); }

  private:
    std::shared_ptr<detail::InvocationContext> context_;
};

/// Sends parts of the result while the procedure works.
template <class T>
class Progress {
  public:
    /// For Session.
    explicit Progress(std::shared_ptr<detail::InvocationContext> context)
        : context_(std::move(context)) {}

    /// Whether the caller takes parts; if not, they are thrown away.
    [[nodiscard]] bool is_wanted() const { return context_->details().wants_progress; }
    /// Completes when more may be sent: who awaits it does not fill the memory faster than the
    /// router takes it.
    template <class Token = detail::DefaultToken>
    auto send(const T& part, Token token = {}) const {
        auto payload = detail::try_payload([&] { return make_result(context_->encoding(), part); });
        return detail::initiate<void>(
            std::move(token), context_->executor(),
            [context = context_, payload = std::move(payload)](auto waiter) mutable {
                auto stop = waiter->stop_token();
                context->send_part(std::move(payload), std::move(stop), std::move(waiter));
            });
    }

  private:
    std::shared_ptr<detail::InvocationContext> context_;
};

/// Further parts of the arguments of a progressive invocation, in order.
template <class T>
class Inputs {
  public:
    /// For Session.
    explicit Inputs(std::shared_ptr<detail::InvocationContext> context)
        : context_(std::move(context)) {}

    /// The next part, or nothing after the last.
    template <class Token = detail::DefaultToken>
    auto next(Token token = {}) const {
        return detail::initiate<std::optional<T>>(
            std::move(token), context_->executor(), [context = context_](auto waiter) {
                auto stop = waiter->stop_token();
                context->next_input(std::move(stop),
                                    std::make_shared<detail::PayloadWaiter<T>>(std::move(waiter)));
            });
    }

  private:
    std::shared_ptr<detail::InvocationContext> context_;
};

}  // namespace kreisel::client
