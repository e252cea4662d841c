#include "client/core/invocations.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"

#include <algorithm>

namespace kreisel::client {

namespace {

ErrorMessage error_for(RequestId request, std::string_view uri, Answer answer) {
    return {MessageType::invocation, request, std::move(answer.options), Uri(uri),
            std::move(answer.payload)};
}

ErrorMessage error_for(RequestId request, std::string_view uri, std::string text) {
    return error_for(request, uri, Answer{make_payload({std::move(text)}), {}, true});
}

CancelMode mode_of(const Dict& options) {
    const auto mode = options.find_text("mode");
    return mode == to_text(CancelMode::kill) ? CancelMode::kill : CancelMode::killnowait;
}

}  // namespace

void Invocations::begin_connection(Effects& effects) {
    ++connection_;
    for (auto& [request, running] : running_) {
        interrupt(running, CancelMode::killnowait, effects);
    }
    running_.clear();
    early_.clear();
    deadlines_.clear();
}

void Invocations::drop() {
    for (const auto& [request, running] : std::exchange(running_, {})) {
        if (const auto sink = running.sink.lock()) sink->drop();
    }
    early_.clear();
    deadlines_.clear();
}

kreisel::Result<void> Invocations::on_invocation(Invocation message, Procedure* procedure,
                                                 TimePoint now, Effects& effects) {
    const bool is_last = !message.details.is_true("progress");
    const auto known = running_.find(message.request);
    if (known != running_.end()) {
        Running& running = known->second;
        if (!running.is_open) {
            return kreisel::fail(kreisel::uris::protocol_violation,
                                 "an INVOCATION under way came again");
        }
        running.is_open = !is_last;
        if (auto sink = running.sink.lock()) {
            effects.tell(InvocationNotice{std::move(sink), std::move(message.payload), is_last});
        }
        return {};
    }
    if (early_.contains(message.request)) {
        if (is_last) early_.erase(message.request);
        return {};
    }
    if (procedure == nullptr) {
        effects.send(error_for(message.request, kreisel::uris::no_such_registration,
                               "the callee has given the procedure up"));
        return {};
    }
    if (running_.size() >= count_max_) {
        effects.send(error_for(message.request, kreisel::uris::unavailable,
                               "the callee works on as many calls as it can"));
        return {};
    }
    Running running;
    auto sink = procedure->open({connection_, message.request}, message.details);
    running.sink = sink;
    running.is_open = !is_last;
    const auto timeout_ms = message.details.find_uint("timeout").value_or(0);
    constexpr std::uint64_t year_ms = 365ULL * 24 * 3600 * 1000;
    if (timeout_ms > 0) {
        running.deadline = now + std::chrono::milliseconds{
                                     static_cast<std::int64_t>(std::min(timeout_ms, year_ms))};
        deadlines_.emplace(*running.deadline, message.request);
    }
    effects.tell(InvocationNotice{std::move(sink), std::move(message.payload), is_last});
    running_.emplace(message.request, std::move(running));
    return {};
}

void Invocations::on_interrupt(const Interrupt& message, Effects& effects) {
    const auto found = running_.find(message.request);
    if (found == running_.end()) return;
    interrupt(found->second, mode_of(message.options), effects);
    found->second.is_interrupted = true;
}

void Invocations::interrupt(const Running& running, CancelMode mode, Effects& effects) {
    if (running.is_interrupted) return;
    if (auto sink = running.sink.lock()) effects.tell(InterruptNotice{std::move(sink), mode});
}

void Invocations::yield(const InvocationKey& key, Answer answer, Effects& effects) {
    if (!is_under_way(key)) return;
    const bool is_last = answer.is_last;
    if (!is_last) answer.options.set("progress", true);
    const Delivery delivery =
        effects.send(Yield{key.request, std::move(answer.options), std::move(answer.payload)});
    if (delivery == Delivery::too_long) {
        return fail(key, kreisel::uris::payload_size_exceeded,
                    {make_payload({"the result is longer than the router takes"}), {}, true},
                    effects);
    }
    if (is_last) take(key.request);
}

void Invocations::fail(const InvocationKey& key, std::string_view uri, Answer answer,
                       Effects& effects) {
    if (!is_under_way(key)) return;
    take(key.request);
    if (effects.send(error_for(key.request, uri, std::move(answer))) == Delivery::sent) return;
    effects.send(error_for(key.request, uri, "the rest is longer than the router takes"));
}

bool Invocations::is_under_way(const InvocationKey& key) const {
    return key.connection == connection_ && running_.contains(key.request);
}

std::optional<TimePoint> Invocations::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

void Invocations::on_time(TimePoint now, Effects& effects) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const RequestId request = deadlines_.begin()->second;
        const Running running = take(request);
        effects.send(error_for(request, kreisel::uris::timeout, "the callee took too long"));
        interrupt(running, CancelMode::killnowait, effects);
    }
}

Invocations::Running Invocations::take(RequestId request) {
    auto node = running_.extract(request);
    Running running = std::move(node.mapped());
    // A router that breaks off never sends the last part: forget the oldest rather than grow.
    if (running.is_open) {
        if (early_.size() >= count_max_) early_.clear();
        early_.insert(request);
    }
    if (running.deadline) {
        const auto [first, last] = deadlines_.equal_range(*running.deadline);
        const auto own = std::find_if(
            first, last, [request](const auto& entry) { return entry.second == request; });
        if (own != last) deadlines_.erase(own);
    }
    return running;
}

}  // namespace kreisel::client
