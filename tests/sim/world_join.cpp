// Sessions of the simulation join through the handshake, and some fail to.

#include "common/wamp/errors.hpp"
#include "tests/sim/world.hpp"

namespace kreisel::sim {

namespace {

constexpr std::string_view realm_name = "sim";
constexpr std::string_view closed_realm = "closed";  // takes no anonymous clients

RealmLimits limits_of(std::uint64_t seed) {
    RealmLimits limits;
    if (seed % 4 == 1) {
        limits.subscriptions_per_session = 5;
        limits.registrations_per_session = 4;
        limits.pending_calls_per_session = 3;
    }
    if (seed % 5 == 2) limits.retained_topics = 3;
    if (seed % 3 == 0) limits.testaments_per_session = 2;
    if (seed % 2 == 0) limits.waiting_calls_per_registration = 2;
    return limits;
}

AccessSnapshotPtr make_access(std::uint32_t version, bool has_strict_ids, bool has_strict_uris) {
    Permissions::Roles roles;
    for (const auto& [name, rules] : rules_of(version)) roles.emplace(name, RolePermissions(rules));
    RealmAccess open;
    open.name = realm_name;
    open.uri_rule = has_strict_uris ? UriRule::strict : UriRule::loose;
    open.has_strict_request_ids = has_strict_ids;
    open.anonymous_role = "free";
    for (const auto* name : {"limited", "guest"}) {
        UserCredentials credentials;
        credentials.role = name;
        credentials.ticket = std::string("ticket of ") + name;
        open.users.emplace(name, credentials);
    }
    open.permissions = std::make_shared<const Permissions>(std::move(roles));
    RealmAccess shut = open;
    shut.name = closed_realm;
    shut.anonymous_role.reset();
    auto snapshot = std::make_shared<AccessSnapshot>();
    snapshot->version = version;
    snapshot->realms.emplace(realm_name, std::make_shared<const RealmAccess>(open));
    snapshot->realms.emplace(closed_realm, std::make_shared<const RealmAccess>(shut));
    return snapshot;
}

void add_features(const Mix& mix, Role role, std::uint32_t die, Dict& features) {
    const auto add = [&](Feature feature, std::uint32_t mask) {
        if ((die & mask) != 0) features.set(std::string(to_text(feature)), true);
    };
    const std::uint32_t always = mix.has_concurrency && mix.has_able_callees ? ~0U : 0U;
    if (role == Role::callee) {
        add(Feature::call_canceling, 0x01U | 0x02U | always);
        add(Feature::registration_revocation, 0x04U);
        add(Feature::progressive_call_results, 0x08U | 0x10U);
        add(Feature::progressive_call_invocations, 0x20U | 0x40U | always);
        if (mix.has_rerouting) add(Feature::call_reroute, 0x80U | 0x100U);
        add(Feature::call_timeout, 0x200U);
    }
    if (role == Role::caller && (!mix.has_concurrency || mix.has_able_callees)) {
        add(Feature::progressive_call_invocations, 0x400U | 0x800U);
    }
    if (role == Role::subscriber) add(Feature::subscription_revocation, 0x1000U);
}

/// Roles and features that the dice announce; most sessions have all four roles.
Dict roles_of(const Mix& mix, std::uint32_t die, std::uint32_t feature_die) {
    const std::uint32_t missing = die % 8 < 6 ? 4 : (die / 8) % 4;
    Dict roles;
    for (unsigned r = 0; r < role_count; ++r) {
        if (r == missing) continue;
        Dict features;
        add_features(mix, static_cast<Role>(r), feature_die, features);
        roles.set(std::string(to_text(static_cast<Role>(r))),
                  features.empty() ? Dict{} : Dict{{"features", features}});
    }
    return roles;
}

}  // namespace

World::World(std::uint64_t seed, Coverage& coverage, std::function<void(const std::string&)> trace)
    : coverage_(coverage),
      trace_(std::move(trace)),
      has_strict_ids_(seed % 8 != 2),
      has_strict_uris_(seed % 8 == 3),
      mix_(seed),
      random_(seed ^ 0x5157'5157'5157'5157U),
      model_(has_strict_ids_, has_strict_uris_, limits_of(seed)) {
    access_ = make_access(version_, has_strict_ids_, has_strict_uris_);
    RealmOptions options;
    options.name = realm_name;
    options.limits = limits_of(seed);
    options.permissions = open_realm()->permissions;
    realm_ = std::make_unique<Realm>(std::move(options), random_);
}

const RealmAccessPtr& World::open_realm() const { return access_->realms.find(realm_name)->second; }

void World::swap_access(std::uint32_t version) {
    version_ = version;
    tell("permissions of version " + std::to_string(version));
    access_ = make_access(version_, has_strict_ids_, has_strict_uris_);
    for (const auto& member : peers_) {
        if (member->state == Peer::State::joined) {
            member->ingress->set_realm(open_realm());
        }
    }
}

HandshakeStep World::log_in(Handshake& handshake, const Message& message) {
    coverage_.count_sent(message);
    if (trace_) tell("? -> " + to_text(message));
    HandshakeStep step = handshake.on_message(message, WallTime{});
    if (const auto* reply = std::get_if<HandshakeReply>(&step)) {
        coverage_.count_received(reply->message);
    }
    return step;
}

void World::join(const Operation& operation) {
    constexpr std::size_t present_max = 8;
    std::size_t present = 0;
    for (const auto& member : peers_) present += member->state == Peer::State::gone ? 0 : 1;
    if (present >= present_max) return;
    const std::uint32_t die = operation.dice[0] % 8;
    const std::string user = die < 5 ? "" : die < 7 ? "limited" : "guest";
    const std::string role = user.empty() ? "free" : user;
    Dict details{{"roles", roles_of(mix_, operation.dice[1], operation.dice[2] | 0x2000U)}};
    if (!user.empty()) {
        details.set("authid", user);
        details.set("authmethods", List{"unknown", "ticket"});
    }
    Handshake handshake(access_, random_, {});
    HandshakeStep step = log_in(handshake, Hello{Uri(realm_name), details});
    if (!user.empty()) {
        if (!std::holds_alternative<HandshakeReply>(step)) throw Fault("a CHALLENGE is due");
        step = log_in(handshake, Authenticate{"ticket of " + user, {}});
    }
    auto* accepted = std::get_if<HandshakeAccepted>(&step);
    const bool has_role = rules_of(version_).count(role) != 0;
    if ((accepted != nullptr) != has_role) throw Fault("a log-in went wrong as " + role);
    if (accepted == nullptr) {
        coverage_.count_received(std::get<HandshakeRefused>(step).abort);
        return;
    }
    const Actor actor = peers_.size();
    auto joined = std::make_unique<Peer>(accepted->session.roles, mix_.has_order());
    joined->actor = actor;
    joined->info = accepted->session;
    joined->ingress = std::make_unique<Ingress>(open_realm(), accepted->session);
    if (joined->info.authrole != role) throw Fault("a session got the wrong role");
    if (!user.empty() && joined->info.authid != user) throw Fault("a session got the wrong authid");
    ModelSession session;
    session.id = joined->info.id;
    session.authid = joined->info.authid;
    session.role = role;
    session.roles = ClientRoles::read(*details.find_dict("roles"));
    model_.join(actor, session);
    Expected welcome;
    welcome.to = actor;
    welcome.message = Welcome{joined->info.id, {}};
    expected_.push_back(std::move(welcome));
    const auto ref = realm_->join(std::move(accepted->session), effects_);
    if (!ref) throw Fault("the realm refuses to let a session join");
    joined->ref = *ref;
    actors_[{ref->slot, ref->generation}] = actor;
    peers_.push_back(std::move(joined));
    settle();
}

void World::bad_login(const Operation& operation) {
    struct Attempt {
        std::string_view realm;
        Dict details;
        std::string_view reason;
        std::string_view ticket;
    };
    const Dict roles{{"caller", Dict{}}};
    const List ticket{"ticket"};
    const std::vector<Attempt> attempts = {
        {"nowhere", {{"roles", roles}}, uris::no_such_realm, ""},
        {"no realm#", {{"roles", roles}}, uris::invalid_uri, ""},
        {realm_name, {}, uris::protocol_violation, ""},
        {realm_name, {{"roles", Dict{{"owner", Dict{}}}}}, uris::protocol_violation, ""},
        {closed_realm, {{"roles", roles}}, uris::authentication_required, ""},
        {realm_name,
         {{"roles", roles}, {"authmethods", List{"cookie"}}},
         uris::no_matching_auth_method,
         ""},
        {realm_name,
         {{"roles", roles}, {"authmethods", ticket}, {"authid", "limited"}},
         uris::authentication_denied,
         "wrong"},
        {realm_name,
         {{"roles", roles}, {"authmethods", ticket}, {"authid", "nobody"}},
         uris::authentication_denied,
         "ticket of limited"},
    };
    const Attempt& attempt = attempts[operation.dice[0] % attempts.size()];
    Handshake handshake(access_, random_, {});
    HandshakeStep step = log_in(handshake, Hello{Uri(attempt.realm), attempt.details});
    if (!attempt.ticket.empty()) {
        if (!std::holds_alternative<HandshakeReply>(step)) throw Fault("a CHALLENGE is due");
        step = log_in(handshake, Authenticate{std::string(attempt.ticket), {}});
    }
    const auto* refused = std::get_if<HandshakeRefused>(&step);
    if (refused == nullptr || refused->abort.reason != attempt.reason) {
        throw Fault("a log-in that had to fail with " + std::string(attempt.reason));
    }
    coverage_.count_received(refused->abort);
}

}  // namespace kreisel::sim
