#pragma once
// What a procedure of the router's own is given, and what it gives back. Serial step.

#include "common/base/result.hpp"
#include "common/codec/codec.hpp"
#include "router/core/realm.hpp"

#include <string_view>

namespace kreisel {

class Authorizer;
class Broker;
class Dealer;
class Departures;
class Reflection;
class Sessions;
struct Session;

/// The tables of one realm. All of them outlive whoever is given this.
struct RealmTables {
    Sessions& sessions;
    Broker& broker;
    Dealer& dealer;
    Departures& departures;
    Reflection& reflection;
    const RealmTime& time;
    Authorizer& authorizer;
};

struct MetaCall {
    Session& caller;
    List args;
    Dict kwargs;
};

/// Args and kwargs of the RESULT, or URI and text of the ERROR.
using MetaAnswer = Result<Arguments>;

struct MetaProcedure {
    std::string_view uri;
    MetaAnswer (*run)(RealmTables& realm, const MetaCall& call, Effects& effects);
};

}  // namespace kreisel
