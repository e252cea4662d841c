#pragma once
// Shard: one thread, one io_context, and the connections that live and die on it.
//
// A turn of the loop runs every handler that is ready (bounded), then writes each connection that
// has something to send once: many messages, one system call. Other threads reach a shard through
// its mailbox (parcels for its connections, one wake-up however many) and through post().

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/codec/parcel.hpp"
#include "common/wire/wire.hpp"
#include "router/server/deadlines.hpp"
#include "router/server/metrics.hpp"
#include "router/server/router_view.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace kreisel {

class Connection;
class RealmHost;
class Router;

/// What the receiver's connection must know of a parcel besides its bytes.
struct Delivery {
    enum class Kind : std::uint8_t {
        message,       ///< never dropped
        event,         ///< the slow-consumer policy applies
        last_abort,    ///< ABORT: then close
        last_goodbye,  ///< GOODBYE: then wait for the answer and close
    };
    std::shared_ptr<Connection> to;
    ParcelPtr parcel;
    Kind kind = Kind::message;
    /// The connection whose message caused an event; held back under policy block_publisher.
    std::shared_ptr<Connection> publisher;
};

// There is one per thread: an order that can be read is worth more than octets.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class Shard {
  public:
    Shard(Router& router, unsigned index);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // --- any thread ---
    void start();
    /// Runs `task` on the shard's thread, in order of posting.
    void post(std::function<void()> task);
    /// Hands over parcels for connections of this shard.
    void deliver(std::vector<Delivery>&& deliveries);
    /// Ends the loop; the thread is joined by join().
    void stop();
    void join();
    /// After join(): gives up what it shares with other shards.
    void let_go();
    [[nodiscard]] unsigned index() const { return index_; }
    [[nodiscard]] bool is_current() const;
    /// The shard whose thread this is, or nullptr.
    [[nodiscard]] static Shard* current();
    /// Open connections, for limits and metrics.
    [[nodiscard]] std::size_t connection_count() const {
        return connection_count_.load(std::memory_order_relaxed);
    }

    /// Read by any thread, written by the shard's only.
    [[nodiscard]] ShardMetrics& metrics() { return metrics_; }

    // --- the shard's thread only ---
    [[nodiscard]] boost::asio::io_context& context() { return *context_; }
    [[nodiscard]] Router& router() { return router_; }
    [[nodiscard]] Random& random() { return random_; }
    /// Start of this turn; for its first handler that of the last one, up to a tick of the
    /// deadlines ago.
    [[nodiscard]] TimePoint now() const { return now_; }
    /// now() by the calendar.
    [[nodiscard]] WallTime wall() const { return wall_; }
    /// Input buffer shared by all connections: valid until the next read.
    [[nodiscard]] std::span<std::uint8_t> read_buffer() { return read_buffer_; }
    [[nodiscard]] WireEvents& wire_events() { return wire_events_; }
    [[nodiscard]] ByteWriter& scratch() { return scratch_; }
    /// Realms, rules and settings as they are now.
    [[nodiscard]] const RouterViewPtr& view() const { return view_; }
    void set_view(RouterViewPtr view) { view_ = std::move(view); }

    void add(std::shared_ptr<Connection> connection);
    void remove(Connection& connection);
    /// Calls `visit` for a copy of the list, so that it may close them.
    void for_each_connection(const std::function<void(Connection&)>& visit);
    /// Has the connection flushed at the end of this turn.
    void mark_dirty(Connection& connection);
    /// Calls connection.on_deadline() at about `when`, or later by up to 200 ms; moves an earlier
    /// wish.
    void arm(Connection& connection, TimePoint when);
    /// Applies what other threads have put into the mailbox so far, in its order. What it applies
    /// may come back here by way of a realm; that call goes on where the outer one stands.
    void absorb_mailbox();

  private:
    void run();
    void turn();
    void flush_dirty();
    void apply_absorbed();
    void on_tick();
    void start_tick();

    struct Loop;

    Router& router_;
    unsigned index_;
    std::unique_ptr<boost::asio::io_context> context_;
    std::unique_ptr<Loop> loop_;
    std::thread thread_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<std::size_t> connection_count_{0};

    std::mutex mailbox_mutex_;
    std::vector<Delivery> mailbox_;
    std::atomic<bool> has_mail_{false};

    SystemRandom random_;
    TimePoint now_{};
    WallTime wall_{};
    RouterViewPtr view_;
    std::vector<std::uint8_t> read_buffer_;
    WireEvents wire_events_;
    ByteWriter scratch_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::vector<std::shared_ptr<Connection>> dirty_;
    std::vector<std::shared_ptr<Connection>> flushing_;
    std::vector<Delivery> absorbed_;
    std::size_t absorbed_next_ = 0;
    Deadlines deadlines_;
    ShardMetrics metrics_;
};

}  // namespace kreisel
