#include "router/core/departures.hpp"

#include "common/base/check.hpp"

#include <utility>

namespace kreisel {

namespace {

/// Hands the entries to `remove` one by one from the back. True when none is left.
template <class Entry, class Remove>
bool drain(std::vector<Entry>& entries, std::size_t& budget, Remove remove) {
    while (!entries.empty() && budget > 0) {
        Entry entry = std::move(entries.back());
        entries.pop_back();
        --budget;
        remove(std::move(entry));
    }
    return entries.empty();
}

}  // namespace

Departures::Departure Departures::take_out(Session& session) {
    sessions_.start_leaving(session);
    meta_.left(session);
    std::vector<Testament> testaments;
    if (session.testaments != nullptr && !session.leaves_silently) {
        testaments = session.testaments->take_reversed();
    }
    return Departure{session.ref,
                     std::move(testaments),
                     session.calls.keys(),
                     session.invocations.keys(),
                     session.registrations.keys(),
                     session.subscriptions.keys(),
                     session.definitions.keys()};
}

void Departures::start(Session& session, Effects& effects) {
    Departure departure = take_out(session);
    std::size_t budget = slice_entries;
    if (!run(departure, budget, effects)) waiting_.push_back(std::move(departure));
}

void Departures::close(Session& session, CloseKind kind, Message last, Effects& effects) {
    const PeerRef peer = session.ref;
    start(session, effects);
    effects.close(peer, kind, std::move(last));
}

void Departures::announce(Session& session, Notice notice) {
    session.leaves_silently = notice == Notice::silent;
    waiting_.push_back(take_out(session));
}

void Departures::set_permissions(const Permissions& permissions) {
    for (const Departure& departure : waiting_) {
        Session* session = sessions_.find_with_leaving(departure.peer);
        CHECK(session != nullptr, "a leaving session keeps its slot until nothing is left of it");
        sessions_.set_permissions(*session, permissions.find_role(session->info.authrole));
    }
}

void Departures::run(Effects& effects) {
    std::size_t budget = slice_entries;
    while (!waiting_.empty() && run(waiting_.front(), budget, effects)) waiting_.pop_front();
}

bool Departures::run(Departure& departure, std::size_t& budget, Effects& effects) {
    Session* session = sessions_.find_with_leaving(departure.peer);
    CHECK(session != nullptr, "a leaving session keeps its slot until nothing is left of it");
    const bool is_done =
        drain(departure.testaments, budget,
              [&](Testament testament) { publish(*session, std::move(testament), effects); }) &&
        drain(departure.calls, budget,
              [&](std::uint64_t id) { dealer_.drop_call(*session, RequestId{id}, effects); }) &&
        drain(
            departure.invocations, budget,
            [&](std::uint64_t id) { dealer_.drop_invocation(*session, RequestId{id}, effects); }) &&
        drain(departure.registrations, budget,
              [&](std::uint64_t id) {
                  dealer_.remove_callee(*session, RegistrationId{id}, effects);
              }) &&
        drain(departure.subscriptions, budget,
              [&](std::uint64_t id) { broker_.remove_subscriber(*session, SubscriptionId{id}); }) &&
        drain(departure.definitions, budget,
              [&](std::uint64_t id) { reflection_.remove(*session, id); });
    if (is_done) sessions_.remove(*session);
    return is_done;
}

void Departures::publish(Session& session, Testament testament, Effects& effects) {
    if (!session.permissions.decide(Action::publish, testament.topic).is_allowed) return;
    broker_.publish(session,
                    Publish{RequestId{}, std::move(testament.options), std::move(testament.topic),
                            std::move(testament.payload)},
                    effects);
}

}  // namespace kreisel
