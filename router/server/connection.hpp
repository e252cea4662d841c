#pragma once
// Connection: the bytes of one peer. Stream, wire and outbox; reads bursts, writes batches, keeps
// the deadlines of log-in, keep-alive and closing. What the messages mean is its PeerSession's
// business.
//
// Confined to its shard. Owned by the shard and, while it is joined, by its realm's host.

#include "common/net/stream.hpp"
#include "common/wire/wire.hpp"
#include "router/server/deadlines.hpp"
#include "router/server/outbox.hpp"
#include "router/server/pace.hpp"
#include "router/server/peer_session.hpp"
#include "router/server/settings.hpp"
#include "router/server/shard.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kreisel {

class Connection final : public StreamOwner, public DeadlineEntry {
  public:
    Connection(Shard& shard, std::unique_ptr<Stream> stream, std::size_t listener,
               ConnectionSettingsPtr settings);
    ~Connection() override;

    void start();
    [[nodiscard]] std::shared_ptr<Connection> self();

    // --- asked by the shard ---
    void on_readable(const boost::system::error_code& ec) override;
    void on_writable(const boost::system::error_code& ec) override;
    void on_deadline();
    void flush();
    [[nodiscard]] std::size_t shard_index() const { return shard_index_; }
    void set_shard_index(std::size_t index) { shard_index_ = index; }

    // --- asked by the realm's host (on this shard) ---
    /// A message of the realm. `publisher` caused an event and may be held back for it.
    void deliver(const ParcelPtr& parcel, Delivery::Kind kind, Connection* publisher);
    /// The realm has taken this connection's burst: read on.
    void on_burst_taken();
    /// Finds out soon whether the peer is still there; if not, the connection is dropped.
    void probe();

    // --- asked by the session ---
    /// One message of the router's own (CHALLENGE, ABORT, ERROR of the gate...).
    void send(Message message);
    /// Writes what is queued, then the close frame, then ends the sending side and the connection.
    void finish(std::uint16_t code, std::string_view reason);
    /// Starts close_timeout: the peer owes an answer to GOODBYE.
    void await_goodbye();
    void set_message_bytes_max(std::size_t bytes) { wire_->set_message_bytes_max(bytes); }
    /// The session is in: the log-in deadline no longer runs.
    void on_joined();
    /// A CALL of the message under way was refused because more came than is allowed.
    void note_refused_call() { was_call_refused_ = true; }
    /// More messages or bytes came lately than are allowed.
    [[nodiscard]] bool is_over_pace() const;
    /// Calls PeerSession::watch_expiry() at `when`.
    void arm_expiry(TimePoint when);

    // --- asked by anyone on the shard ---
    /// Ends at once, without another byte. Idempotent.
    void drop(bool is_hard = false);
    /// Ends with a close frame and no GOODBYE, so that clients reconnect (drain).
    void finish_for_restart();
    [[nodiscard]] Shard& shard() { return shard_; }
    [[nodiscard]] PeerSession& session() { return session_; }
    [[nodiscard]] const ConnectionSettings& settings() const { return *settings_; }
    /// Who it is, as far as trusted proxies tell: address and port, an address, or `unix`.
    [[nodiscard]] const std::string& peer() const {
        return forwarded_peer_.empty() ? stream_->peer() : forwarded_peer_;
    }
    [[nodiscard]] std::string_view transport_name() const;
    /// What the transport tells of the peer, once it is open.
    [[nodiscard]] PeerFacts peer_facts() const;
    /// Who is counted together with this peer; empty: it is not counted (address_table.hpp).
    [[nodiscard]] const std::string& counted_as() const { return address_key_; }
    [[nodiscard]] const Wire& wire() const { return *wire_; }
    /// A reload: takes over the listener's new settings.
    void refresh_settings();

  private:
    enum class Phase : std::uint8_t {
        opening,    ///< the wire's handshake
        open,       ///< messages flow
        finishing,  ///< nothing more is queued; what is queued goes out
        lingering,  ///< sending side ended; input is thrown away
        dropped
    };

    void read_burst();
    bool take(std::span<const std::uint8_t> bytes);
    void make_wire(std::uint8_t first_octet);
    void take_messages(WireEvents& events);
    void on_wire_end(const WireEnd& end);
    void on_peer_ended();
    /// The system says that the connection is broken.
    void on_lost(const boost::system::error_code& ec);
    /// A message of so many bytes counts against the limits of what may come in a second.
    void count_pace(std::size_t bytes);
    /// Leaves the connection unread for as long as its pace asks for.
    void keep_pace();
    void count_over_pace();
    /// Which limits its session has: the listener's, or those of its role.
    void choose_pace();
    /// Counts the connection as one of `address`, which must be its peer's own; ends it or has it
    /// refused if that has too many.
    void enter_address(std::string_view address);
    /// The same with what the stream tells of its peer.
    void count_peer();
    void leave_address();
    void on_read_failed(const boost::system::error_code& ec);
    void linger();
    void discard_input();
    void believe_forwarded();
    void wait_readable();
    void write_some();
    void on_all_written();
    void mark_dirty();

    void push_frame(const Parcel& parcel);
    /// Brings the shard's count of what waits up to date; once for many frames.
    void count_outbox();
    bool make_room(const ParcelPtr& parcel, Delivery::Kind kind, Connection* publisher);
    void deliver_invocation(const ParcelPtr& parcel, const Invocation& invocation);
    void deliver_interrupt(const ParcelPtr& parcel, const Interrupt& interrupt);
    void refuse(const Parcel& parcel, std::string_view error);
    void refuse_invocation(RequestId seen_id, std::string_view error);
    void close_slow_consumer(Limit limit, std::string_view what);

    void hold_publisher(Connection& publisher);
    void release_publishers();
    void on_released();

    void arm_deadline();
    [[nodiscard]] TimePoint next_deadline() const;
    void check_keep_alive();
    std::size_t send_ping();
    void confirm_alive();
    /// What was dropped is told to the peer when it has caught up.
    void tell_dropped();
    /// When callers have waited for a peer that takes nothing for as long as they may.
    [[nodiscard]] TimePoint calls_deadline() const;
    void check_idle();
    [[nodiscard]] std::uint64_t bytes_taken();
    [[nodiscard]] bool pings() const;

    Shard& shard_;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<Wire> wire_;
    ConnectionSettingsPtr settings_;
    /// What a trusted HTTP proxy tells; empty: nothing.
    std::string forwarded_peer_;
    bool is_forwarded_encrypted_ = false;
    std::size_t listener_;
    /// As it is counted in the router's table; empty: it is not.
    std::string address_key_;
    bool is_address_full_ = false;
    std::size_t shard_index_ = 0;
    Outbox outbox_;
    /// outbox_.bytes() as far as the shard has counted it.
    std::size_t outbox_counted_ = 0;
    PeerSession session_;

    Phase phase_ = Phase::opening;
    bool is_dirty_ = false;
    bool is_waiting_readable_ = false;
    bool is_waiting_writable_ = false;
    bool is_waiting_for_realm_ = false;
    bool has_ping_out_ = false;
    bool is_awaiting_goodbye_ = false;
    bool has_login_slot_ = false;
    bool has_peer_ended_ = false;

    TimePoint last_received_{};
    TimePoint ping_sent_{};
    std::uint64_t bytes_written_ = 0;
    /// bytes_taken() at the last look, with what a ping adds to it by itself.
    std::uint64_t bytes_taken_mark_ = 0;
    /// Of the phase: log-in, finishing, lingering, the answer to GOODBYE.
    TimePoint phase_deadline_{};
    TimePoint probe_deadline_{};
    /// When the session looks whether its proof has expired; zero: it never does.
    TimePoint expiry_deadline_{};
    /// Since when the outbox is over its soft limit under block_publisher; zero: it is not.
    TimePoint over_soft_since_{};
    std::uint64_t events_dropped_ = 0;
    std::uint64_t events_untold_ = 0;  ///< dropped, and the peer does not know
    /// Since when the network has taken nothing; zero: all is written.
    TimePoint stalled_since_{};
    /// Since when an INVOCATION is in the outbox; zero: none is.
    TimePoint calls_waiting_since_{};
    /// The last message in either direction.
    TimePoint last_message_{};
    /// Publishers that are not read until this connection has caught up.
    std::vector<std::weak_ptr<StreamOwner>> held_publishers_;
    Pace pace_;
    Pace::Limits pace_limits_;
    Duration idle_timeout_{};
    bool was_call_refused_ = false;
    /// When it is read again after too many messages; zero: it is read.
    TimePoint pace_release_{};
    /// How many slow consumers, and its own rate, hold this connection back.
    unsigned holds_ = 0;
};

}  // namespace kreisel
