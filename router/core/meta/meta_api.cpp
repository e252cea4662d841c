#include "router/core/meta/meta_api.hpp"

#include "router/core/answers.hpp"
#include "router/core/meta/authorization_procedures.hpp"
#include "router/core/meta/history_procedures.hpp"
#include "router/core/meta/reflection_procedures.hpp"
#include "router/core/meta/registration_procedures.hpp"
#include "router/core/meta/session_procedures.hpp"
#include "router/core/meta/subscription_procedures.hpp"
#include "router/core/meta/testament_procedures.hpp"
#include "router/core/passthru.hpp"
#include "router/core/sessions.hpp"

#include <utility>

namespace kreisel {

MetaApi::MetaApi(RealmTables realm) : realm_(realm) {
    for (const auto procedures :
         {session_procedures(), registration_procedures(), subscription_procedures(),
          testament_procedures(), history_procedures(), reflection_procedures(),
          authorization_procedures()}) {
        for (const MetaProcedure& procedure : procedures) {
            by_uri_.emplace(procedure.uri, &procedure);
        }
    }
}

void MetaApi::call(Session& caller, const Call& request, Effects& effects) {
    const PeerRef peer = caller.ref;
    const auto found = by_uri_.find(request.procedure);
    if (found == by_uri_.end()) {
        effects.send(peer, make_error(MessageType::call, request.request, uris::no_such_procedure,
                                      "the router has no procedure " + request.procedure));
        return;
    }
    if (is_passthru(request.options)) {
        effects.send(peer,
                     make_error(MessageType::call, request.request, uris::feature_not_supported,
                                "the router's own procedures take no payload passthru"));
        return;
    }
    Arguments given = read_payload(request.payload);
    const MetaCall call{caller, std::move(given.args), std::move(given.kwargs)};
    MetaAnswer answer = found->second->run(realm_, call, effects);
    if (!answer) {
        effects.send(peer, make_error(MessageType::call, request.request, answer.error().uri,
                                      std::move(answer.error().text)));
        return;
    }
    effects.send(peer,
                 ResultMessage{request.request, {}, make_payload(answer->args, answer->kwargs)});
}

}  // namespace kreisel
