#pragma once
// OperationTable: what this client asked the router and has no answer to yet, over the life of the
// session. An OperationId names an operation for ever, a RequestId only within a connection.
//
// Operations that came while there was no connection wait without a RequestId, in order. Part of
// the SessionCore.

#include "client/core/standing.hpp"
#include "client/core/waiters.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace kreisel::client {

using OperationId = Id<struct OperationTag>;

struct PublishAsked {
    std::shared_ptr<Waiter<PublicationId>> waiter;
};
struct CallAsked {
    std::shared_ptr<CallWaiter> waiter;
    /// What further parts of the arguments repeat, while there may be some.
    std::optional<Call> more;
};
/// Waiters of requests that the core makes by itself (after a new connection) are null.
struct SubscribeAsked {
    StandingId standing;
    std::shared_ptr<Waiter<SubscriptionId>> waiter;
};
struct RegisterAsked {
    StandingId standing;
    std::shared_ptr<Waiter<RegistrationId>> waiter;
};
struct UnsubscribeAsked {
    std::shared_ptr<Waiter<void>> waiter;
};
struct UnregisterAsked {
    std::shared_ptr<Waiter<void>> waiter;
};
using Asked = std::variant<PublishAsked, CallAsked, SubscribeAsked, RegisterAsked, UnsubscribeAsked,
                           UnregisterAsked>;

/// The type of the message that asks so, as an ERROR names it.
[[nodiscard]] MessageType type_of(const Asked& asked);

struct Operation {
    OperationId id;
    Asked asked;
    /// 0: not sent yet; then `waiting` is what to send.
    RequestId request;
    std::optional<Message> waiting;
    std::optional<TimePoint> deadline;
    /// A CANCEL for it went out.
    bool is_canceled = false;
};

class OperationTable {
  public:
    /// Of a new connection: the next request is number 1.
    void begin_connection() { last_request_ = {}; }
    [[nodiscard]] RequestId next_request() { return RequestId{++last_request_.value}; }

    Operation& add(Asked asked, std::optional<TimePoint> deadline);
    /// The message of `operation` goes out now; returns the id for it.
    RequestId set_sent(Operation& operation);
    /// It did not go out after all: the router never saw the request, so its id is the next again.
    void set_unsent(Operation& operation);
    void give_back_request() { --last_request_.value; }
    [[nodiscard]] Operation* find(OperationId id);
    /// Nothing if there is no such request, or it is none of that type.
    [[nodiscard]] Operation* find(RequestId request, MessageType type);
    Operation take(const Operation& operation);

    [[nodiscard]] std::size_t size() const { return operations_.size(); }
    /// Not sent yet, in the order they came.
    [[nodiscard]] std::vector<OperationId> waiting() const;
    /// All that were sent, in order; taken out.
    [[nodiscard]] std::vector<Operation> take_sent();
    [[nodiscard]] std::vector<Operation> take_all();

    [[nodiscard]] std::optional<TimePoint> next_deadline() const;
    /// Those whose time has come; they have no deadline afterwards.
    [[nodiscard]] std::vector<OperationId> expire(TimePoint now);

  private:
    /// In the order they came.
    std::vector<Operation> take(std::vector<OperationId> ids);

    std::uint64_t last_ = 0;
    RequestId last_request_;
    std::unordered_map<OperationId, Operation> operations_;
    std::unordered_map<RequestId, OperationId> by_request_;
    std::multimap<TimePoint, OperationId> deadlines_;
};

}  // namespace kreisel::client
