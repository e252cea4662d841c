#pragma once
// RouterView: what every connection needs to know of the router, as one immutable snapshot: who may
// log in, the realms that run, the settings of each listener. A reload makes a new one for every
// shard.

#include "router/access/realm_access.hpp"
#include "router/server/settings.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kreisel {

class RealmHost;

struct RouterView {
    AccessSnapshotPtr access;
    std::map<std::string, std::shared_ptr<RealmHost>, std::less<>> hosts;
    /// By the listener's number, which is never given twice; a removed listener keeps its last
    /// settings.
    std::vector<ConnectionSettingsPtr> settings;
};

using RouterViewPtr = std::shared_ptr<const RouterView>;

}  // namespace kreisel
