#include "router/core/meta/session_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/answers.hpp"
#include "router/core/departures.hpp"
#include "router/core/meta/argument_reader.hpp"
#include "router/core/meta/details.hpp"

#include <algorithm>

namespace kreisel {

namespace {

using Roles = std::optional<std::vector<std::string_view>>;

bool has_role(const Session& session, const Roles& roles) {
    return !roles || std::find(roles->begin(), roles->end(), session.info.authrole) != roles->end();
}

tl::unexpected<Error> no_such_session() {
    return fail(uris::no_such_session, "no session of this id is in the realm");
}

MetaAnswer count(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const Roles roles = given.find_texts(0, "filter_authroles");
    if (given.has_fault()) return given.fault();
    std::uint64_t count = realm.sessions.joined_count();
    if (roles) {
        count = 0;
        for (const PeerRef peer : realm.sessions.joined()) {
            if (has_role(*realm.sessions.find(peer), roles)) ++count;
        }
    }
    return Arguments{{Value(count)}, {}};
}

MetaAnswer list(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const Roles roles = given.find_texts(0, "filter_authroles");
    if (given.has_fault()) return given.fault();
    List ids;
    for (const PeerRef peer : realm.sessions.joined()) {
        const Session& session = *realm.sessions.find(peer);
        if (has_role(session, roles)) ids.emplace_back(session.info.id);
    }
    return Arguments{{Value(std::move(ids))}, {}};
}

MetaAnswer get(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 1);
    const SessionId id{given.id(0, "session")};
    if (given.has_fault()) return given.fault();
    const Session* session = realm.sessions.find(id);
    if (session == nullptr) return no_such_session();
    return Arguments{{Value(details_of(*session))}, {}};
}

/// The session's details with `changes` made: null takes a key away.
Result<Dict> changed_details(const Session& session, const Dict& changes) {
    Dict details = session.details;
    for (const DictEntry& change : changes) {
        if (is_identity(change.key)) {
            return fail(uris::invalid_argument, change.key + " is the router's word");
        }
        details.erase(change.key);
        if (!change.value.is_null()) details.append(change.key, change.value);
    }
    if (make_payload({details}).bytes.size() > session.limits->detail_bytes_per_session) {
        session.reached(RealmLimit::detail_bytes_per_session);
        return fail(uris::limit_exceeded, "the session's details are as large as they may be");
    }
    return details;
}

// Not in the specification: what nexus has, but for the identity, which stays.
MetaAnswer modify_details(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 2);
    const SessionId id{given.id(0, "session")};
    const Dict changes = given.dict(1, "details");
    if (given.has_fault()) return given.fault();
    Session* session = realm.sessions.find(id);
    if (session == nullptr) return no_such_session();
    auto details = changed_details(*session, changes);
    if (!details) return tl::unexpected<Error>(std::move(details.error()));
    session->details = std::move(*details);
    return Arguments{};
}

/// The last message of who is killed.
Goodbye read_goodbye(ArgumentReader& given) {
    const auto reason = given.find_reason();
    const auto message = given.find_text("message");
    return make_goodbye(reason.value_or(uris::close_killed), std::string(message.value_or("")));
}

/// Puts all of these out before what they held is taken apart: none hears of another's end.
void kill_all_of(RealmTables& realm, const std::vector<PeerRef>& victims, const Goodbye& goodbye,
                 Departures::Notice notice, Effects& effects) {
    for (const PeerRef victim : victims) {
        effects.close(victim, CloseKind::goodbye, goodbye);
        realm.departures.announce(*realm.sessions.find(victim), notice);
    }
    realm.departures.run(effects);
}

/// Everybody but the caller whom `is_meant` names.
template <class IsMeant>
std::vector<PeerRef> others(const RealmTables& realm, const MetaCall& call, IsMeant is_meant) {
    std::vector<PeerRef> found;
    for (const PeerRef peer : realm.sessions.joined()) {
        if (peer != call.caller.ref && is_meant(realm.sessions.find(peer)->info)) {
            found.push_back(peer);
        }
    }
    return found;
}

MetaAnswer kill(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 1);
    const SessionId id{given.id(0, "session")};
    const Goodbye goodbye = read_goodbye(given);
    if (given.has_fault()) return given.fault();
    Session* victim = realm.sessions.find(id);
    // WAMP a/meta_api_sessions: no other session has the id of the caller.
    if (victim == nullptr || victim == &call.caller) return no_such_session();
    realm.departures.close(*victim, CloseKind::goodbye, goodbye, effects);
    return Arguments{};
}

MetaAnswer kill_by_authid(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 1);
    const std::string_view authid = given.text(0, "authid");
    const Goodbye goodbye = read_goodbye(given);
    if (given.has_fault()) return given.fault();
    const auto victims =
        others(realm, call, [authid](const SessionInfo& info) { return info.authid == authid; });
    List ids;
    for (const PeerRef victim : victims) ids.emplace_back(realm.sessions.find(victim)->info.id);
    kill_all_of(realm, victims, goodbye, Departures::Notice::told, effects);
    return Arguments{{Value(std::move(ids))}, {}};
}

MetaAnswer kill_by_authrole(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 1);
    const std::string_view role = given.text(0, "authrole");
    const Goodbye goodbye = read_goodbye(given);
    if (given.has_fault()) return given.fault();
    const auto victims =
        others(realm, call, [role](const SessionInfo& info) { return info.authrole == role; });
    kill_all_of(realm, victims, goodbye, Departures::Notice::told, effects);
    return Arguments{{Value(std::uint64_t{victims.size()})}, {}};
}

MetaAnswer kill_all(RealmTables& realm, const MetaCall& call, Effects& effects) {
    ArgumentReader given(call, 0);
    const Goodbye goodbye = read_goodbye(given);
    if (given.has_fault()) return given.fault();
    const auto victims = others(realm, call, [](const SessionInfo&) { return true; });
    // WAMP a/meta_api_sessions: neither meta events nor testaments.
    kill_all_of(realm, victims, goodbye, Departures::Notice::silent, effects);
    return Arguments{{Value(std::uint64_t{victims.size()})}, {}};
}

constexpr MetaProcedure procedures[] = {{"wamp.session.count", count},
                                        {"wamp.session.list", list},
                                        {"wamp.session.get", get},
                                        {"wamp.session.modify_details", modify_details},
                                        {"wamp.session.kill", kill},
                                        {"wamp.session.kill_by_authid", kill_by_authid},
                                        {"wamp.session.kill_by_authrole", kill_by_authrole},
                                        {"wamp.session.kill_all", kill_all}};

}  // namespace

std::span<const MetaProcedure> session_procedures() { return procedures; }

}  // namespace kreisel
