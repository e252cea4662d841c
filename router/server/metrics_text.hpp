#pragma once
// /metrics: what shards, realms and the process have counted, in Prometheus' text format.
//
// Pure but for the numbers of the process, which the caller hands in. Control thread.

#include "common/base/clock.hpp"
#include "router/core/realm.hpp"
#include "router/server/metrics.hpp"
#include "router/server/process.hpp"
#include "router/users/background_pool.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kreisel {

struct RealmReading {
    std::string name;
    RealmCounts counts;
    RealmLimitCounts limits_reached{};
};

struct CertificateReading {
    std::string listener;
    std::string file;
    WallTime not_after{};
};

struct UserDatabaseReading {
    std::string realm;
    PoolFigures pool;
    std::uint64_t errors = 0;
};

/// The router at one moment, as far as it has answered.
struct RouterReading {
    std::vector<const ShardMetrics*> shards;
    std::size_t connections = 0;
    std::size_t connections_max = 0;
    std::size_t handshakes = 0;
    bool is_ready = false;
    std::vector<RealmReading> realms;
    std::vector<CertificateReading> certificates;
    PoolFigures password_checks;
    std::vector<UserDatabaseReading> user_databases;
    /// Realms and shards that did not answer in time.
    std::vector<std::string> silent;
};

[[nodiscard]] std::string metrics_text(const RouterReading& router, const ProcessReading& process);

}  // namespace kreisel
