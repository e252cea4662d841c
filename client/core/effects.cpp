#include "client/core/effects.hpp"

namespace kreisel::client {

namespace {

template <class T>
void run(Outcome<T>& notice) {
    notice.waiter->complete(std::move(notice.outcome));
}
void run(ProgressNotice& notice) { notice.waiter->on_progress(std::move(notice.part)); }
void run(EventNotice& notice) { notice.sink->on_event(std::move(notice.event)); }
void run(InvocationNotice& notice) {
    notice.sink->on_payload(std::move(notice.payload), notice.is_last);
}
void run(InterruptNotice& notice) { notice.sink->on_interrupt(notice.mode); }
void run(GoneNotice& notice) { notice.sink->on_gone(notice.why); }
void run(PostponedNotice& notice) { notice.sink->on_postponed(notice.why); }

}  // namespace

void Effects::run_notices() {
    while (!notices_.empty() && running_.empty()) {
        running_.swap(notices_);
        for (Notice& notice : running_) {
            std::visit([](auto& what) { run(what); }, notice);
        }
        running_.clear();
    }
}

}  // namespace kreisel::client
