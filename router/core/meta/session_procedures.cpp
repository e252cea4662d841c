#include "router/core/meta/session_procedures.hpp"

#include "common/wamp/errors.hpp"
#include "router/core/sessions.hpp"

namespace kreisel {

namespace {

MetaAnswer count(RealmTables& realm, const MetaCall& call, Effects&) {
    if (!call.args.empty()) return fail(uris::invalid_argument, "no filter yet");
    return Arguments{{Value(std::uint64_t{realm.sessions.joined().size()})}, {}};
}

constexpr MetaProcedure procedures[] = {{"wamp.session.count", count}};

}  // namespace

std::span<const MetaProcedure> session_procedures() { return procedures; }

}  // namespace kreisel
