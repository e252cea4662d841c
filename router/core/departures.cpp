#include "router/core/departures.hpp"

#include "common/base/check.hpp"

#include <utility>

namespace kreisel {

namespace {

/// Hands the ids to `remove` one by one from the back. True when none is left.
template <class Remove>
bool drain(std::vector<std::uint64_t>& ids, std::size_t& budget, Remove remove) {
    while (!ids.empty() && budget > 0) {
        const std::uint64_t id = ids.back();
        ids.pop_back();
        --budget;
        remove(id);
    }
    return ids.empty();
}

}  // namespace

Departures::Departure Departures::take_out(Session& session) {
    sessions_.start_leaving(session);
    meta_.left(session);
    return Departure{session.ref,
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

void Departures::announce(Session& session) { waiting_.push_back(take_out(session)); }

void Departures::run(Effects& effects) {
    std::size_t budget = slice_entries;
    while (!waiting_.empty() && run(waiting_.front(), budget, effects)) waiting_.pop_front();
}

bool Departures::run(Departure& departure, std::size_t& budget, Effects& effects) {
    Session* session = sessions_.find_with_leaving(departure.peer);
    CHECK(session != nullptr, "a leaving session keeps its slot until nothing is left of it");
    const bool is_done =
        drain(departure.calls, budget,
              [&](std::uint64_t id) { dealer_.drop_call(*session, RequestId{id}, effects); }) &&
        drain(
            departure.invocations, budget,
            [&](std::uint64_t id) { dealer_.drop_invocation(*session, RequestId{id}, effects); }) &&
        drain(departure.registrations, budget,
              [&](std::uint64_t id) { dealer_.remove_callee(*session, RegistrationId{id}); }) &&
        drain(departure.subscriptions, budget,
              [&](std::uint64_t id) { broker_.remove_subscriber(*session, SubscriptionId{id}); }) &&
        drain(departure.definitions, budget,
              [&](std::uint64_t id) { reflection_.remove(*session, id); });
    if (is_done) sessions_.remove(*session);
    return is_done;
}

}  // namespace kreisel
