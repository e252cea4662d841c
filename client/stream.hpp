#pragma once
// Streams: calls whose results (ResultStream) or arguments too (Exchange) come in parts.
//
//     auto lines = session.stream<std::string>("com.example.tail", "log.txt");
//     while (auto line = co_await lines.next()) std::cout << *line << '\n';
//
//     auto upload = session.exchange<int>("com.example.upload", "name");
//     for (const auto& chunk : chunks) co_await upload.send(chunk);
//     co_await upload.finish();
//     while (auto stored = co_await upload.next()) std::cout << *stored << '\n';
//
// The last result is a part like the others, unless it is empty. Parts that come faster than they
// are taken wait up to CallOptions::parts_max. Who drops the last copy of a stream gives the call
// up. Any thread. Source: rfc/text/advanced/rpc_progressive_call_results and
// rpc_progressive_call_invocations.

#include "client/invocation.hpp"
#include "client/outcomes.hpp"
#include "client/token.hpp"
#include "client/verbs.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace kreisel::client {

namespace detail {

/// The parts of one call that came and were not taken yet. On the strand.
class StreamState final : public CallWaiter {
  public:
    StreamState(const EnginePtr& engine, std::size_t parts_max, PartsOverflow overflow)
        : engine_(engine), parts_max_(parts_max), overflow_(overflow) {}

    /// The next part, nothing after the last, or why there is none.
    void next(std::shared_ptr<Waiter<std::optional<Payload>>> waiter);
    /// `who`, if it waits for the next part, does so no longer; parts that came stay.
    void stop_waiting(const Waiter<std::optional<Payload>>& who);
    /// Nobody will ask any more.
    void abandon();

    void on_progress(CallResult part) override;
    void complete(Result<CallResult> outcome) override;
    void drop() override;

    const std::shared_ptr<CallTicket> ticket = std::make_shared<CallTicket>();

  private:
    void give();
    void release_reading();

    std::weak_ptr<Engine> engine_;
    std::size_t parts_max_;
    PartsOverflow overflow_;
    std::deque<Payload> parts_;
    std::shared_ptr<Waiter<std::optional<Payload>>> waiter_;
    std::optional<Error> failure_;
    bool is_over_ = false;
    bool is_holding_ = false;
};

/// One call in parts, given up when nobody holds it.
class StreamHandle {
  public:
    StreamHandle(EnginePtr engine, std::shared_ptr<StreamState> state)
        : engine_(std::move(engine)), state_(std::move(state)) {}
    StreamHandle(const StreamHandle&) = delete;
    StreamHandle& operator=(const StreamHandle&) = delete;
    ~StreamHandle();

    void next(const std::stop_token& stop,
              std::shared_ptr<Waiter<std::optional<Payload>>> waiter) const;
    void cancel(CancelMode mode) const;
    void send(Part part, Result<Payload> payload, std::stop_token stop,
              std::shared_ptr<Waiter<void>> waiter) const;
    [[nodiscard]] const EnginePtr& engine() const { return engine_; }

  private:
    EnginePtr engine_;
    std::shared_ptr<StreamState> state_;
};

/// Begins the call and returns what stands for it.
[[nodiscard]] std::shared_ptr<StreamHandle> start_stream(const EnginePtr& engine,
                                                         Request<CallOptions> request,
                                                         Result<Payload> payload,
                                                         SessionCore::Parts parts);

}  // namespace detail

/// A call whose results come in parts; each becomes a T.
template <class T>
class ResultStream {
  public:
    /// For Session.
    explicit ResultStream(std::shared_ptr<detail::StreamHandle> handle)
        : handle_(std::move(handle)) {}

    /// The next part, or nothing after the last. Fails with what the call failed with, and with
    /// uris::wrong_type if a part is no T. One at a time.
    template <class Token = detail::DefaultToken>
    auto next(Token token = {}) const {
        return detail::initiate<std::optional<T>>(
            std::move(token), handle_->engine()->strand(), [handle = handle_](auto waiter) {
                const auto stop = waiter->stop_token();
                handle->next(stop, std::make_shared<detail::PayloadWaiter<T>>(std::move(waiter)));
            });
    }
    /// Gives the call up; next() tells the parts that came before, then wamp.error.canceled.
    void cancel(CancelMode mode = CancelMode::killnowait) const { handle_->cancel(mode); }

  protected:
    /// For Exchange.
    [[nodiscard]] const std::shared_ptr<detail::StreamHandle>& handle() const { return handle_; }

  private:
    std::shared_ptr<detail::StreamHandle> handle_;
};

/// A call whose arguments come in parts, too.
template <class T>
class Exchange : public ResultStream<T> {
  public:
    using ResultStream<T>::ResultStream;

    /// One more part of the arguments. Completes when yet more may be sent; fails when the call is
    /// over.
    template <class... Args>
    auto send(Args&&... args) const {
        return send_part(detail::Part::more, std::forward<Args>(args)...);
    }
    /// The last part of the arguments, which may be empty.
    template <class... Args>
    auto finish(Args&&... args) const {
        return send_part(detail::Part::last, std::forward<Args>(args)...);
    }

  private:
    template <class... Args>
    auto send_part(detail::Part part, Args&&... args) const {
        const auto& engine = this->handle()->engine();
        return detail::with_payload(
            engine->settings().encodings.front(),
            [&](auto token, Result<Payload> payload) {
                return detail::initiate<void>(std::move(token), engine->strand(),
                                              [handle = this->handle(), part,
                                               payload = std::move(payload)](auto waiter) mutable {
                                                  auto stop = waiter->stop_token();
                                                  handle->send(part, std::move(payload),
                                                               std::move(stop), std::move(waiter));
                                              });
            },
            std::forward<Args>(args)...);
    }
};

}  // namespace kreisel::client
