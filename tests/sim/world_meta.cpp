// What simulated clients ask of the router itself: to kill, to revoke, to keep a testament.

#include "common/codec/codec.hpp"
#include "tests/sim/world.hpp"

namespace kreisel::sim {

namespace {

constexpr std::array<std::string_view, 8> kills = {
    "", "", "", "", "_by_authid", "_by_authid", "_by_authrole", "_all"};
constexpr std::array<std::string_view, 8> scopes = {
    "detached", "detached", "destroyed", "destroyed", "", "", "", "some"};

}  // namespace

Message World::make_kill(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const auto by = kills[dice[1] % kills.size()];
    const SessionInfo& victim = peers_[dice[2] % peers_.size()]->info;
    List args;
    if (by.empty()) args = {Value(victim.id)};
    if (by == "_by_authid") args = {Value(victim.authid)};
    if (by == "_by_authrole") args = {Value(victim.authrole)};
    Dict kwargs;
    if (dice[3] % 3 == 0) kwargs.set("reason", "com.reason.own");
    if (dice[3] % 20 == 1) kwargs.set("reason", "no uri#");
    return Call{
        take_request(peer), {}, "wamp.session.kill" + std::string(by), make_payload(args, kwargs)};
}

Message World::make_revocation(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const Peer& victim = *peers_[peers_.size() - 1 - dice[2] % peers_.size() % 8];
    const auto& registrations = victim.client.registrations();
    const auto& subscriptions = victim.client.subscriptions();
    const bool is_callee = dice[1] % 2 == 0;
    std::uint64_t id = dice[3] % 30 + 1;
    if (dice[3] % 8 != 0 && is_callee && !registrations.empty()) {
        id = registrations[dice[4] % registrations.size()].value;
    }
    if (dice[3] % 8 != 0 && !is_callee && !subscriptions.empty()) {
        id = subscriptions[dice[4] % subscriptions.size()].value;
    }
    Dict kwargs;
    if (dice[3] % 3 == 0) kwargs.set("reason", "com.reason.own");
    return Call{
        take_request(peer),
        {},
        is_callee ? "wamp.registration.remove_callee" : "wamp.subscription.remove_subscriber",
        make_payload({Value(id), Value(victim.info.id)}, kwargs)};
}

Message World::make_testament(Peer& peer, const Operation& operation) {
    const auto& dice = operation.dice;
    const auto scope = scopes[dice[2] % scopes.size()];
    Dict kwargs;
    if (!scope.empty()) kwargs.set("scope", scope);
    if (dice[3] % 8 == 0) {
        if (scope == "some") kwargs.erase("scope");
        return Call{
            take_request(peer), {}, "wamp.session.flush_testaments", make_payload({}, kwargs)};
    }
    Dict options;
    if (dice[3] % 4 == 1) options.set("disclose_me", true);
    if (dice[3] % 5 == 0) options.set("exclude_authrole", List{"limited"});
    if (dice[3] % 9 == 0) options.set("retain", true);
    if (dice[3] % 7 == 0) options.set("acknowledge", true);
    if (!options.empty()) kwargs.set("publish_options", options);
    const Stamp stamp = stamp_of_testament(take_stamp(peer), scope == "detached");
    return Call{
        take_request(peer),
        {},
        "wamp.session.add_testament",
        make_payload({Value(uri_of(dice[1])), Value(List{Value(to_number(stamp))})}, kwargs)};
}

}  // namespace kreisel::sim
