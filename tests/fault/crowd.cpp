#include "tests/fault/crowd.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace kreisel::fault {

using namespace load;

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Crowd::Crowd(SessionSettings how, std::size_t size)
    : how_(std::move(how)), poller_(std::make_unique<Poller>()), members_(size) {}

void Crowd::gather(SteadyTime deadline, std::size_t in_flight_max) {
    while (in_count_ < members_.size()) {
        begin_attempts(in_flight_max);
        poller_->poll(std::chrono::milliseconds{5},
                      [this](Session& session) { on_readable(session); });
        sweep();
        if (Clock::now() > deadline) {
            throw std::runtime_error(std::to_string(members_.size() - in_count_) + " of " +
                                     std::to_string(members_.size()) + " did not get in");
        }
    }
}

void Crowd::begin_attempts(std::size_t in_flight_max) {
    const SteadyTime now = Clock::now();
    for (std::size_t i = 0; i < members_.size() && in_flight_ < in_flight_max; ++i) {
        Member& member = members_[i];
        if (member.session || member.next_attempt > now) continue;
        member.session = std::make_unique<Session>(how_);
        member.has_said_hello = false;
        places_[member.session.get()] = i;
        poller_->add(*member.session);
        ++in_flight_;
    }
}

void Crowd::on_readable(Session& session) {
    session.on_readable(poller_->buffer());
    const std::size_t index = places_.at(&session);
    Member& member = members_[index];
    if (session.is_open() && !member.has_said_hello) {
        member.has_said_hello = true;
        session.send(hello_message(how_.realm));
    }
    for (const Message& message : session.inbox()) on_message(index, message);
    session.inbox().clear();
    if (session.is_ended()) ended_.push_back(index);
}

void Crowd::on_message(std::size_t index, const Message& message) {
    Member& member = members_[index];
    if (std::holds_alternative<Welcome>(message)) {
        member.session->send(Subscribe{RequestId{1}, {}, "com.crowd"});
        member.session->send(Register{RequestId{2}, {}, "com.crowd." + std::to_string(index)});
    } else if (std::holds_alternative<Registered>(message)) {
        member.is_in = true;
        ++in_count_;
        --in_flight_;
    } else if (!std::holds_alternative<Subscribed>(message)) {
        throw std::runtime_error("unexpected " + describe(message));
    }
}

void Crowd::sweep() {
    for (const std::size_t index : ended_) {
        Member& member = members_[index];
        if (!member.session) continue;
        if (member.is_in) throw std::runtime_error("lost: " + member.session->end_reason());
        places_.erase(member.session.get());
        member.session.reset();
        member.next_attempt = Clock::now() + std::chrono::milliseconds{100 + random_.below(400)};
        --in_flight_;
        ++refusals_;
    }
    ended_.clear();
}

void Crowd::scatter() {
    poller_.reset();
    for (Member& member : members_) member = Member{};
    places_.clear();
    in_count_ = 0;
    poller_ = std::make_unique<Poller>();
}

}  // namespace kreisel::fault
