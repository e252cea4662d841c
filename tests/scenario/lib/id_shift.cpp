#include "tests/scenario/lib/id_shift.hpp"

#include "common/wamp/ids.hpp"

#include <algorithm>

namespace kreisel::scenario {

namespace {

/// Ids above are a text's own business: the far end of the range, or no ids at all.
constexpr std::uint64_t shifted_max = std::uint64_t{1} << 40;

/// Requests that count: SUBSCRIBE, UNSUBSCRIBE, PUBLISH, REGISTER, UNREGISTER, CALL.
bool is_request(std::uint64_t type) {
    return type == 32 || type == 34 || type == 16 || type == 64 || type == 66 || type == 48;
}

/// Where a message that answers a request has the request's id; 0: nowhere.
std::size_t answer_place(const List& list) {
    if (list.empty()) return 0;
    const std::uint64_t type = list[0].to_uint().value_or(0);
    if (type == 33 || type == 35 || type == 17 || type == 65 || type == 67 || type == 50) return 1;
    if (type == 8 && list.size() > 2 && is_request(list[1].to_uint().value_or(0))) return 2;
    return 0;
}

}  // namespace

std::uint64_t type_number(const Value& message) {
    const auto* list = message.get_if<List>();
    return list == nullptr || list->empty() ? 0 : (*list)[0].to_uint().value_or(0);
}

Value IdShift::outgoing(const Value& message) {
    const std::uint64_t type = type_number(message);
    constexpr std::uint64_t cancel = 49;
    if (!is_on_ || (!is_request(type) && type != cancel)) return message;
    List list = *message.get_if<List>();
    if (list.size() < 2) return message;
    const auto id = list[1].to_uint();
    if (!id || *id == 0 || *id > shifted_max) return message;
    const std::uint64_t actual = actual_of(*id);
    if (is_request(type)) last_ = std::max(last_, actual);
    const bool is_integer = list[1].get_if<std::int64_t>() != nullptr;
    list[1] = is_integer ? Value(actual) : Value(static_cast<double>(actual));
    return list;
}

Value IdShift::incoming(const Value& message) const {
    const auto* original = message.get_if<List>();
    if (!is_on_ || original == nullptr) return message;
    const std::size_t place = answer_place(*original);
    if (place == 0 || place >= original->size()) return message;
    const auto id = (*original)[place].to_uint();
    if (!id || *id == 0 || *id > shifted_max) return message;
    List list = *original;
    list[place] = text_of(*id);
    return list;
}

std::uint64_t IdShift::take_fence_id() {
    if (!is_on_) return id_max - ++relaxed_fences_;
    fences_.push_back(++last_);
    return last_;
}

std::uint64_t IdShift::actual_of(std::uint64_t id) const {
    for (const std::uint64_t fence : fences_) {
        if (fence <= id) ++id;
    }
    return id;
}

std::uint64_t IdShift::text_of(std::uint64_t id) const {
    const auto before = std::lower_bound(fences_.begin(), fences_.end(), id) - fences_.begin();
    return id - static_cast<std::uint64_t>(before);
}

}  // namespace kreisel::scenario
