#include "router/core/meta/authorization_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/authorizer.hpp"
#include "router/core/meta/argument_reader.hpp"
#include "router/core/sessions.hpp"

namespace kreisel {

namespace {

/// Forgets rulings of the authorizers: of the sessions that are meant (authid, authrole, session:
/// all if none is given), about URIs that begin as `uri`. Gives their number.
MetaAnswer purge(RealmTables& realm, const MetaCall& call, Effects&) {
    ArgumentReader given(call, 0);
    const auto authid = given.find_text("authid");
    const auto authrole = given.find_text("authrole");
    const auto uri = given.find_text("uri");
    const Value* session = call.kwargs.find("session");
    const auto id = session == nullptr ? std::nullopt : session->to_uint();
    if (session != nullptr && !session->is_null() && !id) {
        given.refuse(uris::invalid_argument, "session is no session id");
    }
    if (given.has_fault()) return given.fault();
    std::uint64_t count = 0;
    for (const PeerRef peer : realm.sessions.joined()) {
        Session& one = *realm.sessions.find(peer);
        const bool is_meant = (!authid || one.info.authid == *authid) &&
                              (!authrole || one.info.authrole == *authrole) &&
                              (!id || one.info.id.value == *id);
        if (is_meant) count += realm.authorizer.purge(one, uri.value_or(""));
    }
    // What is being asked now may be answered by what was true before.
    realm.authorizer.forget_questions();
    return Arguments{{Value(count)}, {}};
}

constexpr MetaProcedure procedures[] = {{"wamp.authorization.purge", purge}};

}  // namespace

std::span<const MetaProcedure> authorization_procedures() { return procedures; }

}  // namespace kreisel
