#include "client/stopping.hpp"

namespace kreisel::client::detail {

void StopListener::listen(const std::weak_ptr<Engine>& engine, const std::stop_token& stop,
                          GiveUp give_up) {
    if (is_silent_ || !stop.stop_possible()) return;
    callback_.emplace(stop, Post{engine, std::move(give_up)});
}

void StopListener::silence() {
    is_silent_ = true;
    callback_.reset();
}

void StopListener::Post::operator()() const {
    const auto held = engine.lock();
    if (held == nullptr) return;
    // Later, even on the strand itself: the callback may be called while it is being made.
    held->run_later([to = held.get(), what = give_up](SessionCore& core, Effects& effects) {
        what(*to, core, effects);
    });
}

}  // namespace kreisel::client::detail
