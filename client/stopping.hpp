#pragma once
// Stopping: waiters that are given up when a stop token's source says so, from whatever thread.
//
// What users do not name. A token may have said stop before, or say so while the operation begins:
// it is heard all the same, once the step of the strand that is at work is over.

#include "client/core/waiters.hpp"
#include "client/engine.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace kreisel::client::detail {

/// Confined to the strand but for the token.
class StopListener {
  public:
    using GiveUp = std::function<void(Engine&, SessionCore&, Effects&)>;

    /// `give_up` runs on the engine's strand, in a step of its own; it may come after silence().
    void listen(const std::weak_ptr<Engine>& engine, const std::stop_token& stop, GiveUp give_up);
    /// Hears nothing any more, nor ever again.
    void silence();

  private:
    struct Post {
        std::weak_ptr<Engine> engine;
        GiveUp give_up;

        void operator()() const;
    };

    std::optional<std::stop_callback<Post>> callback_;
    bool is_silent_ = false;
};

template <class T>
class StoppableWaiter final : public Waiter<T> {
  public:
    explicit StoppableWaiter(std::shared_ptr<Waiter<T>> inner) : inner_(std::move(inner)) {}
    void complete(Result<T> outcome) override {
        listener.silence();
        inner_->complete(std::move(outcome));
    }

    StopListener listener;

  private:
    std::shared_ptr<Waiter<T>> inner_;
};

/// `inner`, or what stands for it and is passed to `give_up(Engine&, const Waiter<T>&)` if it still
/// waits when `stop` says so. On the strand.
template <class T, class GiveUp>
std::shared_ptr<Waiter<T>> make_stoppable(const std::weak_ptr<Engine>& engine,
                                          const std::stop_token& stop,
                                          std::shared_ptr<Waiter<T>> inner, GiveUp give_up) {
    if (!stop.stop_possible()) return inner;
    auto waiter = std::make_shared<StoppableWaiter<T>>(std::move(inner));
    waiter->listener.listen(engine, stop,
                            [weak = std::weak_ptr<Waiter<T>>(waiter), give_up = std::move(give_up)](
                                Engine& held, SessionCore&, Effects&) {
                                if (const auto who = weak.lock()) give_up(held, *who);
                            });
    return waiter;
}

}  // namespace kreisel::client::detail
