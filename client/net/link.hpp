#pragma once
// Link: one connection to a router, from its connected stream to its end: the wire's handshake,
// messages both ways, pings, a polite close. What the messages mean is its owner's business.
//
//     auto link = std::make_shared<Link>(strand, std::move(stream), settings, owner);
//     link->start();                        // owner->on_open(), or owner->on_lost()
//     link->send(Hello{...});               // leaves at the end of this turn of the strand
//     link->close(close_code::normal, "");  // owner->on_lost() when it is over
//
// Confined to the strand, as all that its owner is told. The owner is held weakly; a link whose
// owner is gone ends by itself.

#include "client/net/tenancy.hpp"
#include "client/net/timer.hpp"
#include "client/net/url.hpp"
#include "common/net/strand_stream.hpp"
#include "common/wamp/messages.hpp"
#include "common/wire/websocket.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::client {

struct LinkSettings {
    Url url{};
    /// In order of preference. All are offered to a WebSocket; RawSocket can ask for the first
    /// only.
    std::vector<Encoding> encodings{Encoding::msgpack, Encoding::cbor, Encoding::json};
    std::string origin{};  ///< of the upgrade request; empty: none
    std::string user_agent{};
    std::vector<HttpField> headers{};  ///< further fields of the upgrade request
    /// Longest message taken; RawSocket announces it as the next power of two.
    std::size_t message_bytes_max = 16U << 20U;
    /// What waits to be sent: above `output_bytes_high` the owner should hold back until
    /// on_writable(); above `output_bytes_max` nothing more is taken.
    std::size_t output_bytes_high = 1U << 20U;
    std::size_t output_bytes_max = 64U << 20U;
    /// A router that is silent for `ping_interval` is pinged, and lost if nothing comes for
    /// `ping_timeout`; noticed after two intervals and a timeout at most. Zero: no pings.
    std::chrono::milliseconds ping_interval{10'000};
    std::chrono::milliseconds ping_timeout{5'000};
    std::chrono::milliseconds handshake_timeout{10'000};
    /// How long close() waits for the router's answer.
    std::chrono::milliseconds close_timeout{2'000};
};

class LinkOwner {
  public:
    virtual ~LinkOwner() = default;
    /// The handshake is done; from now on messages may be sent.
    virtual void on_open(Encoding encoding) = 0;
    virtual void on_message(Message message) = 0;
    /// All messages of one read have been told. What was sent since goes out now.
    virtual void on_burst_end() = 0;
    /// Less waits than half of output_bytes_high, after more than that did.
    virtual void on_writable() = 0;
    /// The end, told once, unless it came by destroy(). uris::closed after close(),
    /// uris::broken_router if the router broke a rule, else uris::not_connected. kwargs tell the
    /// `code` of the router's close frame or the HTTP `status` of its refusal, if there is one.
    virtual void on_lost(Error error) = 0;
};

enum class Sent : std::uint8_t {
    yes,
    no_longer,  ///< the link is not open
    full,       ///< output_bytes_max is reached; nothing was queued
    too_long    ///< longer than the router takes; nothing was queued
};

class Link final : public StreamOwner, public Tenant {
  public:
    Link(const Strand& strand, std::unique_ptr<Stream> stream, LinkSettings settings,
         std::weak_ptr<LinkOwner> owner);
    ~Link() override;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Begins the handshake. Once.
    void start();
    /// Encodes and queues. All that is sent in one turn of the strand leaves by one write.
    [[nodiscard]] Sent send(const Message& message);
    /// Writes what is queued now rather than at the end of the turn.
    void flush();
    /// Stops reading after the messages of the burst at hand. The router's pings are not answered
    /// meanwhile: for moments only.
    void pause_reading() { is_paused_ = true; }
    void resume_reading();
    /// Sends what is queued and the polite end, waits for the router's, then tells on_lost().
    void close(std::uint16_t code, std::string_view reason);
    /// Ends at once; nothing more is told. Idempotent.
    void destroy();

    [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
    /// Octets that wait here to be sent.
    [[nodiscard]] std::size_t output_bytes() const { return output_.size() - sent_; }
    /// How the connection is protected; nullptr without TLS.
    [[nodiscard]] const TlsFacts* tls() const { return stream_ ? stream_->tls() : nullptr; }
    [[nodiscard]] const Url& url() const { return settings_.url; }

    // --- told by the stream ---
    void on_readable(const boost::system::error_code& ec) override;
    void on_writable(const boost::system::error_code& ec) override;

    // --- Tenant ---
    /// A stream of TLS holds who waits for it.
    void on_context_end() override { destroy(); }

  private:
    enum class Phase : std::uint8_t {
        opening,  ///< the wire's handshake
        open,     ///< messages flow
        closing,  ///< our side has ended
        ended
    };

    [[nodiscard]] std::shared_ptr<Link> self() {
        return std::static_pointer_cast<Link>(shared_from_this());
    }
    void read_burst(LinkOwner& owner);
    void take(std::span<const std::uint8_t> octets, LinkOwner& owner);
    void take_messages(LinkOwner& owner);
    void on_wire_end(const WireEnd& end);
    void on_stream_end(const IoResult& got);
    void wait_readable();

    void write_some();
    void drop_sent();
    void on_all_written();
    void post_flush();
    void tell_writable();

    void arm_timer(std::chrono::milliseconds delay);
    void on_timer();
    void check_keep_alive();
    [[nodiscard]] std::uint64_t octets_taken();

    [[nodiscard]] Error lost_error(const std::string& why) const;
    [[nodiscard]] Error broken_error(const std::string& why) const;
    /// Ends and tells the owner.
    void lose(Error error);

    Strand strand_;
    /// Of the handshake, the keep-alive, the close.
    StrandTimer timer_;
    std::unique_ptr<Stream> stream_;  ///< until the end
    LinkSettings settings_;
    std::weak_ptr<LinkOwner> owner_;
    std::unique_ptr<Wire> wire_;
    WireEvents events_;
    ByteWriter output_;
    std::size_t sent_ = 0;  ///< octets of output_ that the stream has taken
    std::uint64_t written_ = 0;
    /// octets_taken() when the ping went out.
    std::uint64_t taken_mark_ = 0;
    boost::system::error_code write_error_;
    Tenancy tenancy_;
    Phase phase_ = Phase::opening;
    bool is_in_burst_ = false;
    bool is_paused_ = false;
    bool is_waiting_readable_ = false;
    bool is_waiting_writable_ = false;
    bool is_flush_posted_ = false;
    bool is_over_high_ = false;
    bool has_received_ = false;  ///< since the last look of the keep-alive
    bool has_ping_out_ = false;
};

}  // namespace kreisel::client
