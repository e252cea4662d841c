#pragma once
// ShardMetrics: what one shard counts for /metrics.
//
// Each number is written by its shard's thread only and read by any, so that counting costs a load
// and a store, no lock and no locked instruction. Names and meaning: docs/metrics.md.
//
//     shard.metrics().events_dropped.add();
//     shard.metrics().reached(Limit::hello_timeout);

#include "common/wamp/messages.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kreisel {

/// A number with one writer.
class Counter {
  public:
    void add(std::uint64_t count = 1) { store(value() + count); }
    /// Of a gauge; what is taken was added before.
    void take(std::uint64_t count) { store(value() - count); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    void store(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::atomic<std::uint64_t> value_{0};
};

/// Limits that connections meet; those of a realm's tables are RealmLimit. Named as in realms.yaml.
enum class Limit : std::uint8_t {
    max_connections,
    connections_per_address,
    handshakes_in_flight,
    hello_timeout,
    hello_bytes_max,
    message_bytes_max,
    nesting_max,
    messages_per_second_max,
    bytes_per_second_max,
    idle_timeout,
    outbox_bytes_max,
    outbox_hard,
    pause_max,
    password_checks_waiting_max,
    user_database_waiting_max,
    login_throttle,
};
inline constexpr std::size_t limit_count = static_cast<std::size_t>(Limit::login_throttle) + 1;
[[nodiscard]] std::string_view to_text(Limit limit);

/// Why a session ended, as far as the connection knows.
enum class SessionEnd : std::uint8_t {
    goodbye,        ///< GOODBYE or ABORT of the client
    lost,           ///< the connection ended or broke
    violation,      ///< of WAMP or of the transport
    slow_consumer,  ///< it did not read
    unresponsive,   ///< no answer to a ping
    idle,           ///< idle_timeout
    closed,         ///< the router's GOODBYE: killed, expired, no longer allowed
    refused,        ///< the realm would not have it
    stopped,        ///< the router stopped
};
inline constexpr std::size_t session_end_count = static_cast<std::size_t>(SessionEnd::stopped) + 1;
[[nodiscard]] std::string_view to_text(SessionEnd end);

/// Refused log-ins by the name of the method; whoever brings a method brings its name.
class LoginFailures {
  public:
    /// Names that are counted apart; what is beyond them counts as the last one.
    static constexpr std::size_t names_max = 16;

    /// `method` is a name of the program, never the client's: it has to outlive this.
    void add(std::string_view method);
    struct Row {
        std::string_view method;
        std::uint64_t count = 0;
    };
    /// Any thread.
    [[nodiscard]] Row row(std::size_t place) const {
        if (place >= used_.load(std::memory_order_acquire)) return {};
        return {names_[place], counts_[place].value()};
    }

  private:
    std::array<std::string_view, names_max> names_;
    std::array<Counter, names_max> counts_;
    std::atomic<std::size_t> used_{0};
};

/// One cache line of its own at both ends: shards count at the same time.
struct alignas(64) ShardMetrics {
    Counter connections_accepted;
    Counter bytes_received;
    Counter bytes_sent;
    /// By Message::index().
    std::array<Counter, message_type_count> messages_received;
    std::array<Counter, message_type_count> messages_sent;
    Counter events_dropped;
    /// What waits in all outboxes of the shard; a gauge.
    Counter outbox_bytes;
    Counter sessions_opened;
    std::array<Counter, session_end_count> sessions_closed;
    LoginFailures logins_failed;
    std::array<Counter, limit_count> limits_reached;

    void reached(Limit limit) { limits_reached[static_cast<std::size_t>(limit)].add(); }
    void closed(SessionEnd end) { sessions_closed[static_cast<std::size_t>(end)].add(); }
};

}  // namespace kreisel
