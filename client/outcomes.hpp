#pragma once
// Outcomes on their way to the user: waiters that turn what the core tells into what the user asked
// for.

#include "client/token.hpp"
#include "client/values/results.hpp"
#include "client/verbs.hpp"

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client::detail {

/// The result of a call as an R.
template <class R>
class ResultWaiter final : public CallWaiter {
  public:
    explicit ResultWaiter(std::shared_ptr<Waiter<R>> inner) : inner_(std::move(inner)) {}

    void complete(Result<CallResult> outcome) override {
        if (!outcome) return inner_->complete(fail(outcome.error()));
        auto read = read_result<R>(outcome->payload);
        if (!read) return inner_->complete(fail(uris::wrong_type, read.error().text()));
        if constexpr (std::is_void_v<R>) {
            inner_->complete({});
        } else {
            inner_->complete(std::move(*read));
        }
    }
    /// Not asked for, so no router sends any.
    void on_progress(CallResult part) override { static_cast<void>(part); }

  private:
    std::shared_ptr<Waiter<R>> inner_;
};

/// What was granted as a handle by which `verb` gives it back.
template <class Handle>
class HandleWaiter final : public Waiter<StandingId> {
  public:
    using Verb = void (*)(const EnginePtr&, StandingId, std::shared_ptr<Waiter<void>>);

    HandleWaiter(std::weak_ptr<Engine> engine, Verb verb, std::shared_ptr<Waiter<Handle>> inner)
        : engine_(std::move(engine)), verb_(verb), inner_(std::move(inner)) {}

    void complete(Result<StandingId> outcome) override {
        if (!outcome) return inner_->complete(fail(outcome.error()));
        inner_->complete(Handle({engine_, *outcome, verb_}));
    }

  private:
    std::weak_ptr<Engine> engine_;
    Verb verb_;
    std::shared_ptr<Waiter<Handle>> inner_;
};

template <class Handle>
[[nodiscard]] std::shared_ptr<Waiter<StandingId>> handle_waiter(
    const EnginePtr& engine, typename HandleWaiter<Handle>::Verb verb,
    std::shared_ptr<Waiter<Handle>> inner) {
    return std::make_shared<HandleWaiter<Handle>>(engine, verb, std::move(inner));
}

/// The last argument of a call or publication is no value, so it is the completion token.
template <class... Args>
inline constexpr bool ends_with_token = false;
template <class First, class... More>
inline constexpr bool ends_with_token<First, More...> =
    !Argument<std::decay_t<std::tuple_element_t<sizeof...(More), std::tuple<First, More...>>>>;

}  // namespace kreisel::client::detail
