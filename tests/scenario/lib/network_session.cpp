#include "tests/scenario/lib/network_session.hpp"

#include "common/wamp/ids.hpp"
#include "tests/scenario/lib/value_io.hpp"

#include <utility>

namespace kreisel::scenario {

namespace {

constexpr int message_timeout_ms = 30'000;
/// For connections without a session, where no request can be a fence.
constexpr int silence_ms = 30;

constexpr std::uint64_t hello = 1;
constexpr std::uint64_t welcome = 2;
constexpr std::uint64_t abort_type = 3;
constexpr std::uint64_t goodbye = 6;

/// Whether `message` answers the fence with request id `id`.
bool is_answer(const Value& message, std::uint64_t id) {
    const auto& list = *message.get_if<List>();
    const std::uint64_t type = type_number(message);
    if (type == 8 && list.size() > 2) return list[2].to_uint() == id;
    return type == 17 && list.size() > 1 && list[1].to_uint() == id;
}

}  // namespace

NetworkSession::NetworkSession(const NetworkPlace& place)
    : place_(place), link_(place.port, place.wiring) {}

void NetworkSession::send(const Value& message) {
    note_sent(message);
    Value actual = ids_.outgoing(message);
    if (type_number(actual) == hello) {
        List list = *actual.get_if<List>();
        const auto* realm = list.size() > 1 ? list[1].get_if<std::string>() : nullptr;
        if (realm != nullptr && place_.realms.count(*realm) != 0) {
            list[1] = shared_name(place_.script, *realm);
        }
        actual = std::move(list);
    }
    link_.send(write_value(place_.wiring.encoding, actual));
}

void NetworkSession::send_bytes(const std::string& bytes) {
    has_unfenced_ = true;
    link_.send(bytes);
}

void NetworkSession::note_sent(const Value& message) {
    has_unfenced_ = true;
    const std::uint64_t type = type_number(message);
    if (type == goodbye || type == abort_type) is_joined_ = false;
    if (type != hello || is_joined_) return;
    const auto& list = *message.get_if<List>();
    if (list.size() < 3) return;
    if (const auto* realm = list[1].get_if<std::string>()) {
        ids_ = IdShift(place_.relaxed_realms.count(*realm) == 0);
    }
    if (const auto* details = list[2].get_if<Dict>()) {
        if (const Dict* roles = details->find_dict("roles")) roles_ = *roles;
    }
}

void NetworkSession::drop() {
    if (!has_ended_) link_.drop();
}

bool NetworkSession::read_one(int timeout_ms) {
    std::string bytes;
    const auto got = link_.receive(bytes, timeout_ms);
    if (got == Link::Got::closed) has_ended_ = true;
    if (got != Link::Got::message) return false;
    Value message = read_value(place_.wiring.encoding, bytes);
    const std::uint64_t type = type_number(message);
    if (type == abort_type || type == goodbye) is_joined_ = false;
    if (type == welcome) {
        is_joined_ = true;
        List list = *message.get_if<List>();
        Dict details = *list.at(2).get_if<Dict>();
        for (const Uri& realm : place_.realms) {
            if (details.find_text("realm") == shared_name(place_.script, realm)) {
                details.set("realm", realm);
                break;
            }
        }
        list[2] = std::move(details);
        message = std::move(list);
    }
    queue_.push_back(std::move(message));
    return true;
}

Incoming NetworkSession::next(Wait wait) {
    if (queue_.empty() && !has_ended_ && wait == Wait::until_something) {
        static_cast<void>(read_one(message_timeout_ms));
    }
    if (queue_.empty()) {
        return {has_ended_ ? Incoming::Kind::closed : Incoming::Kind::nothing, {}};
    }
    Value message = ids_.incoming(queue_.front());
    queue_.pop_front();
    return {Incoming::Kind::message, std::move(message)};
}

Value NetworkSession::make_fence(std::uint64_t id) const {
    if (roles_.has("subscriber")) return List{34, id, id_max};
    if (roles_.has("callee")) return List{66, id, id_max};
    if (roles_.has("caller")) return List{48, id, Dict{}, fence_procedure};
    return List{16, id, Dict{{"acknowledge", true}, {"eligible", List{}}}, fence_topic};
}

void NetworkSession::fence() {
    has_unfenced_ = false;
    if (has_ended_) return;
    if (!is_joined_) {
        while (read_one(silence_ms)) {
        }
        return;
    }
    const std::uint64_t id = ids_.take_fence_id();
    link_.send(write_value(place_.wiring.encoding, make_fence(id)));
    while (read_one(message_timeout_ms)) {
        if (!is_answer(queue_.back(), id)) continue;
        queue_.pop_back();
        return;
    }
    if (!has_ended_) throw TextError("the router does not answer");
}

}  // namespace kreisel::scenario
