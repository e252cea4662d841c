#pragma once
// MetaApi: answers the calls of the router's own procedures (rfc/text/advanced/meta_api_*).
// Owned by the Realm; serial step.

#include "router/core/effects.hpp"
#include "router/core/meta/meta_procedure.hpp"

#include <string_view>
#include <unordered_map>

namespace kreisel {

class MetaApi {
  public:
    explicit MetaApi(RealmTables realm);

    /// Answers at once: RESULT, or ERROR with wamp.error.no_such_procedure for an unknown URI,
    /// wamp.error.invalid_argument for arguments of the wrong number, type or range.
    void call(Session& caller, const Call& request, Effects& effects);

  private:
    RealmTables realm_;
    std::unordered_map<std::string_view, const MetaProcedure*> by_uri_;
};

}  // namespace kreisel
