#pragma once
// Outcomes on their way to the user: waiters that turn what the core tells into what the user asked
// for.

#include "client/invocation.hpp"
#include "client/token.hpp"
#include "client/values/results.hpp"
#include "client/verbs.hpp"

#include <cstddef>
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
class HandleWaiter final : public Waiter<Granted> {
  public:
    using Verb = void (*)(const EnginePtr&, StandingId, std::shared_ptr<Waiter<void>>);

    HandleWaiter(std::weak_ptr<Engine> engine, Verb verb, std::shared_ptr<Waiter<Handle>> inner)
        : engine_(std::move(engine)), verb_(verb), inner_(std::move(inner)) {}

    void complete(Result<Granted> outcome) override {
        if (!outcome) return inner_->complete(fail(outcome.error()));
        inner_->complete(Handle({engine_, std::move(*outcome), verb_}));
    }

  private:
    std::weak_ptr<Engine> engine_;
    Verb verb_;
    std::shared_ptr<Waiter<Handle>> inner_;
};

template <class Handle>
[[nodiscard]] std::shared_ptr<Waiter<Granted>> handle_waiter(
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

/// Calls `begin(token, payload)`: the token is the last argument, if that is no value.
template <class Begin, class... Args>
auto with_payload(Encoding encoding, const Begin& begin, Args&&... args) {
    constexpr std::size_t values = sizeof...(Args) - (ends_with_token<Args...> ? 1 : 0);
    auto all = std::forward_as_tuple(std::forward<Args>(args)...);
    auto payload = [&]<std::size_t... I>(std::index_sequence<I...>) {
        return try_payload([&] { return make_arguments(encoding, std::get<I>(all)...); });
    }
    (std::make_index_sequence<values>());
    if constexpr (ends_with_token<Args...>) {
        return begin(std::get<values>(std::move(all)), std::move(payload));
    } else {
        return begin(DefaultToken(), std::move(payload));
    }
}

}  // namespace kreisel::client::detail
