#include "client/core/operations.hpp"

#include <algorithm>
#include <array>

namespace kreisel::client {

MessageType type_of(const Asked& asked) {
    static constexpr std::array types = {MessageType::publish,     MessageType::call,
                                         MessageType::subscribe,   MessageType::register_,
                                         MessageType::unsubscribe, MessageType::unregister};
    static_assert(types.size() == std::variant_size_v<Asked>);
    return types[asked.index()];
}

Operation& OperationTable::add(Asked asked, std::optional<TimePoint> deadline) {
    const OperationId id{++last_};
    Operation& operation = operations_[id];
    operation.id = id;
    operation.asked = std::move(asked);
    operation.deadline = deadline;
    if (deadline) deadlines_.emplace(*deadline, id);
    return operation;
}

RequestId OperationTable::set_sent(Operation& operation) {
    operation.request = next_request();
    operation.waiting.reset();
    by_request_.emplace(operation.request, operation.id);
    return operation.request;
}

void OperationTable::set_unsent(Operation& operation) {
    by_request_.erase(operation.request);
    operation.request = {};
    give_back_request();
}

Operation* OperationTable::find(OperationId id) {
    const auto found = operations_.find(id);
    return found == operations_.end() ? nullptr : &found->second;
}

Operation* OperationTable::find(RequestId request, MessageType type) {
    const auto found = by_request_.find(request);
    if (found == by_request_.end()) return nullptr;
    Operation& operation = operations_.at(found->second);
    return type_of(operation.asked) == type ? &operation : nullptr;
}

Operation OperationTable::take(const Operation& operation) {
    auto node = operations_.extract(operation.id);
    Operation taken = std::move(node.mapped());
    if (taken.request) by_request_.erase(taken.request);
    if (taken.deadline) {
        const auto [first, last] = deadlines_.equal_range(*taken.deadline);
        const auto own = std::find_if(
            first, last, [&taken](const auto& entry) { return entry.second == taken.id; });
        if (own != last) deadlines_.erase(own);
    }
    return taken;
}

std::vector<OperationId> OperationTable::waiting() const {
    std::vector<OperationId> waiting;
    for (const auto& [id, operation] : operations_) {
        if (!operation.request) waiting.push_back(id);
    }
    std::sort(waiting.begin(), waiting.end());
    return waiting;
}

std::vector<Operation> OperationTable::take_sent() {
    std::vector<OperationId> sent;
    for (const auto& [request, id] : by_request_) sent.push_back(id);
    return take(std::move(sent));
}

std::vector<Operation> OperationTable::take_all() {
    std::vector<OperationId> all;
    for (const auto& [id, operation] : operations_) all.push_back(id);
    return take(std::move(all));
}

std::vector<Operation> OperationTable::take(std::vector<OperationId> ids) {
    std::sort(ids.begin(), ids.end());
    std::vector<Operation> taken;
    taken.reserve(ids.size());
    for (const OperationId id : ids) taken.push_back(take(operations_.at(id)));
    return taken;
}

std::optional<TimePoint> OperationTable::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

std::vector<OperationId> OperationTable::expire(TimePoint now) {
    std::vector<OperationId> expired;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const OperationId id = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        operations_.at(id).deadline.reset();
        expired.push_back(id);
    }
    return expired;
}

}  // namespace kreisel::client
