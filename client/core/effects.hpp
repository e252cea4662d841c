#pragma once
// Effects: what the session core wants done. Messages go to the outlet at once; notices wait, in
// order, and are run when the core is no longer at work. Reused by its owner.

#include "client/core/waiters.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace kreisel::client {

/// An outcome on its way to the one who waits for it.
template <class T>
struct Outcome {
    std::shared_ptr<Waiter<T>> waiter;
    Result<T> outcome;
};
struct ProgressNotice {
    std::shared_ptr<CallWaiter> waiter;
    CallResult part;
};
struct EventNotice {
    std::shared_ptr<EventSink> sink;
    ReceivedEvent event;
};
struct InvocationNotice {
    std::shared_ptr<InvocationSink> sink;
    Payload payload;
    bool is_last = true;
};
struct InterruptNotice {
    std::shared_ptr<InvocationSink> sink;
    CancelMode mode = CancelMode::kill;
};
struct GoneNotice {
    std::shared_ptr<StandingSink> sink;
    Error why;
};
struct PostponedNotice {
    std::shared_ptr<StandingSink> sink;
    Error why;
};

enum class Delivery : std::uint8_t {
    sent,
    too_long  ///< longer than the router takes
};

/// Where messages leave.
class MessageOutlet {
  public:
    virtual ~MessageOutlet() = default;
    virtual Delivery send(const Message& message) = 0;
    /// So much waits to be sent that no new request should be taken.
    [[nodiscard]] virtual bool is_full() const = 0;
};

class Effects {
  public:
    explicit Effects(MessageOutlet& outlet) : outlet_(outlet) {}

    using Notice =
        std::variant<Outcome<CallResult>, ProgressNotice, EventNotice, InvocationNotice,
                     InterruptNotice, GoneNotice, PostponedNotice, Outcome<PublicationId>,
                     Outcome<SubscriptionId>, Outcome<RegistrationId>, Outcome<void>>;

    Delivery send(const Message& message) { return outlet_.send(message); }
    [[nodiscard]] bool is_full() const { return outlet_.is_full(); }
    void tell(Notice notice) { notices_.push_back(std::move(notice)); }
    /// Nobody may wait: then nothing is told.
    template <class T>
    void complete(std::shared_ptr<Waiter<T>> waiter, Result<T> outcome) {
        if (waiter == nullptr) return;
        tell(Outcome<T>{std::move(waiter), std::move(outcome)});
    }
    void complete(std::shared_ptr<CallWaiter> waiter, Result<CallResult> outcome) {
        complete<CallResult>(std::move(waiter), std::move(outcome));
    }
    template <class SomeWaiter>
    void fail(std::shared_ptr<SomeWaiter> waiter, const Error& why) {
        complete(std::move(waiter), typename SomeWaiter::Outcome(client::fail(why)));
    }

    [[nodiscard]] const std::vector<Notice>& notices() const { return notices_; }
    /// Tells everybody what they wait for. What they cause meanwhile is for the next run.
    void run_notices();

  private:
    MessageOutlet& outlet_;
    std::vector<Notice> notices_;
    /// What is being run; kept for its memory.
    std::vector<Notice> running_;
};

}  // namespace kreisel::client
