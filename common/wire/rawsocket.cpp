#include "common/wire/rawsocket.hpp"

#include "common/base/check.hpp"
#include "common/wire/rawsocket_frame.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace kreisel {

namespace {

constexpr std::size_t handshake_bytes = 4;
constexpr std::size_t prefix_bytes = 4;
constexpr std::size_t first_reserve_max = 256U << 10U;

/// The L of the handshake: 2^(9+L) is the smallest such power that holds `bytes`.
std::uint8_t length_code_of(std::size_t bytes) {
    const std::size_t clamped = std::clamp<std::size_t>(bytes, 512, rawsocket_bytes_max);
    return static_cast<std::uint8_t>(std::bit_width(clamped - 1) - 9);
}

std::size_t length_of_code(unsigned code) { return std::size_t{512} << code; }

/// What counts on the wire: the announced power of two, since a peer cannot know a finer limit.
std::size_t rawsocket_limit_of(std::size_t bytes) { return length_of_code(length_code_of(bytes)); }

struct Prefix {
    RawSocketFrame type = RawSocketFrame::message;
    std::size_t size = 0;
    std::string_view fault;
};

Prefix read_prefix(const std::uint8_t* octets) {
    Prefix prefix;
    prefix.size = std::size_t{octets[1]} << 16U | std::size_t{octets[2]} << 8U | octets[3];
    const unsigned type = octets[0] & 7U;
    if ((octets[0] & 0xf0U) != 0) {
        prefix.fault = "reserved bits of a prefix are set";
    } else if (type > 2) {
        prefix.fault = "unknown frame type";
    } else if ((octets[0] & 8U) != 0) {
        if (prefix.size != 0) prefix.fault = "length of more than 2^24";
        prefix.size = rawsocket_bytes_max;
    }
    prefix.type = static_cast<RawSocketFrame>(type);
    return prefix;
}

/// What both sides share: frames after the handshake. The handshake's octets go through `prefix_`.
class RawSocket : public Wire {
  public:
    explicit RawSocket(std::size_t message_bytes_max)
        : message_bytes_max_(rawsocket_limit_of(message_bytes_max)) {}

    void feed(std::span<const std::uint8_t> bytes, WireEvents& events) override {
        Burst burst;
        while (!bytes.empty() && phase_ != Phase::ended) {
            std::size_t taken = 0;
            if (phase_ == Phase::frame) {
                taken = take_payload(bytes, events);
            } else {
                taken = take_whole(bytes, burst, events);
                if (taken == 0 && phase_ != Phase::ended) taken = take_prefix(bytes, events);
            }
            bytes = bytes.subspan(taken);
        }
    }

    [[nodiscard]] Encoding encoding() const override { return encoding_; }
    [[nodiscard]] Framing framing() const override { return Framing::rawsocket; }
    [[nodiscard]] std::size_t peer_message_bytes_max() const override { return peer_bytes_max_; }
    void set_message_bytes_max(std::size_t bytes) override {
        message_bytes_max_ = rawsocket_limit_of(bytes);
    }
    void ping(std::span<const std::uint8_t> payload, ByteWriter& output) override {
        if (!is_open()) return;
        payload = payload.first(std::min<std::size_t>(payload.size(), 125));
        append_rawsocket_head(RawSocketFrame::ping, payload.size(), output);
        output.put(payload);
    }
    void close(std::uint16_t, std::string_view, ByteWriter&) override {}
    void frame_message(std::span<const std::uint8_t> message, ByteWriter& output) override {
        if (!is_open()) return;
        append_rawsocket_head(RawSocketFrame::message, message.size(), output);
        output.put(message);
    }

  protected:
    /// Judges the peer's four octets.
    virtual void on_handshake(std::span<const std::uint8_t, handshake_bytes> octets,
                              WireEvents& events) = 0;
    /// Judges the peer's first octet as soon as it is there; false ends the stream.
    [[nodiscard]] bool is_magic(std::uint8_t octet, WireEvents& events) {
        if (octet == rawsocket_magic) return true;
        end(WireEnd::Cause::refused, close_code::protocol_error,
            "the first octet is not that of RawSocket", events);
        return false;
    }
    void open(Encoding encoding, unsigned peer_length_code, WireEvents& events) {
        encoding_ = encoding;
        peer_bytes_max_ = length_of_code(peer_length_code);
        phase_ = Phase::prefix;
        events.has_opened = true;
    }
    void end(WireEnd::Cause cause, std::uint16_t code, std::string_view why, WireEvents& events) {
        phase_ = Phase::ended;
        payload_ = ByteWriter();
        events.end = WireEnd{cause, code, std::string(why)};
    }
    [[nodiscard]] std::uint8_t own_length_code() const {
        return length_code_of(message_bytes_max_);
    }

  private:
    enum class Phase : std::uint8_t { handshake, prefix, frame, ended };
    /// One block for the messages that lie whole in one feed.
    struct Burst {
        SharedBytes block;
        std::size_t used = 0;
    };

    [[nodiscard]] bool is_open() const { return phase_ == Phase::prefix || phase_ == Phase::frame; }

    /// The sum of the messages that lie whole in `bytes`: size of the block for them.
    [[nodiscard]] static std::size_t whole_bytes(std::span<const std::uint8_t> bytes) {
        std::size_t sum = 0;
        while (bytes.size() >= prefix_bytes) {
            const auto prefix = read_prefix(bytes.data());
            bytes = bytes.subspan(prefix_bytes);
            if (!prefix.fault.empty() || prefix.size > bytes.size()) break;
            if (prefix.type == RawSocketFrame::message) sum += prefix.size;
            bytes = bytes.subspan(prefix.size);
        }
        return sum;
    }

    /// A message that lies whole in `bytes`: copied into the burst's block. 0 if this is none.
    [[nodiscard]] std::size_t take_whole(std::span<const std::uint8_t> bytes, Burst& burst,
                                         WireEvents& events) {
        if (phase_ != Phase::prefix || held_size_ != 0 || bytes.size() < prefix_bytes) return 0;
        const auto prefix = read_prefix(bytes.data());
        if (!prefix.fault.empty() || prefix.type != RawSocketFrame::message) return 0;
        if (prefix.size > bytes.size() - prefix_bytes) return 0;
        if (!judge_size(prefix.size, events)) return 0;
        if (burst.block.size() - burst.used < prefix.size) {
            // The octets of all whole messages behind each other, prefixes left out.
            ByteWriter writer(whole_bytes(bytes));
            for (auto rest = bytes; rest.size() >= prefix_bytes;) {
                const auto next = read_prefix(rest.data());
                rest = rest.subspan(prefix_bytes);
                if (!next.fault.empty() || next.size > rest.size()) break;
                if (next.type == RawSocketFrame::message) writer.put(rest.first(next.size));
                rest = rest.subspan(next.size);
            }
            burst.block = std::move(writer).take();
            burst.used = 0;
        }
        auto message =
            prefix.size == 0 ? SharedBytes() : burst.block.slice(burst.used, prefix.size);
        burst.used += prefix.size;
        events.messages.push_back({std::move(message), is_text(encoding_), events.output.size()});
        return prefix_bytes + prefix.size;
    }

    [[nodiscard]] std::size_t take_prefix(std::span<const std::uint8_t> bytes, WireEvents& events) {
        const std::size_t taken = std::min(bytes.size(), prefix_bytes - held_size_);
        std::memcpy(held_.data() + held_size_, bytes.data(), taken);
        held_size_ = static_cast<std::uint8_t>(held_size_ + taken);
        if (phase_ == Phase::handshake && !is_magic(held_[0], events)) return taken;
        if (held_size_ < prefix_bytes) return taken;
        held_size_ = 0;
        if (phase_ == Phase::handshake) {
            on_handshake(held_, events);
            return taken;
        }
        const auto prefix = read_prefix(held_.data());
        if (!prefix.fault.empty()) {
            end(WireEnd::Cause::violation, close_code::protocol_error, prefix.fault, events);
            return taken;
        }
        if (!judge_size(prefix.size, events)) return taken;
        type_ = prefix.type;
        left_ = prefix.size;
        phase_ = Phase::frame;
        if (left_ == 0) {
            finish_frame(events);
        } else {
            payload_.reserve(std::min(left_, first_reserve_max));
        }
        return taken;
    }

    [[nodiscard]] bool judge_size(std::size_t size, WireEvents& events) {
        if (size <= message_bytes_max_) return true;
        end(WireEnd::Cause::violation, close_code::too_big, "message is longer than allowed",
            events);
        return false;
    }

    [[nodiscard]] std::size_t take_payload(std::span<const std::uint8_t> bytes,
                                           WireEvents& events) {
        const std::size_t taken = std::min(left_, bytes.size());
        payload_.put(bytes.first(taken));
        left_ -= taken;
        if (left_ == 0) finish_frame(events);
        return taken;
    }

    void finish_frame(WireEvents& events) {
        phase_ = Phase::prefix;
        auto payload = std::move(payload_).take().compact();
        switch (type_) {
            case RawSocketFrame::message:
                events.messages.push_back(
                    {std::move(payload), is_text(encoding_), events.output.size()});
                return;
            case RawSocketFrame::ping:
                append_rawsocket_head(RawSocketFrame::pong, payload.size(), events.output);
                events.output.put(payload.span());
                return;
            case RawSocketFrame::pong:
                events.has_pong = true;
                return;
        }
    }

    ByteWriter payload_;  ///< of the incomplete frame
    std::size_t left_ = 0;
    std::size_t message_bytes_max_;
    std::size_t peer_bytes_max_ = rawsocket_bytes_max;
    std::array<std::uint8_t, prefix_bytes> held_{};  ///< octets of a cut handshake or prefix
    std::uint8_t held_size_ = 0;
    RawSocketFrame type_ = RawSocketFrame::message;
    Encoding encoding_ = Encoding::json;
    Phase phase_ = Phase::handshake;
};

class Server final : public RawSocket {
  public:
    explicit Server(RawSocketServerSettings settings)
        : RawSocket(settings.message_bytes_max), settings_(std::move(settings)) {}

  private:
    void on_handshake(std::span<const std::uint8_t, handshake_bytes> octets,
                      WireEvents& events) override {
        const unsigned length_code = octets[1] >> 4U;
        const auto encoding = encoding_of_rawsocket_id(octets[1] & 0x0fU);
        const auto& ours = settings_.encodings;
        if (octets[2] != 0 || octets[3] != 0) {
            return refuse(RawSocketError::reserved_bits_used, "reserved octets are set", events);
        }
        if (!encoding || std::find(ours.begin(), ours.end(), *encoding) == ours.end()) {
            return refuse(RawSocketError::serializer_unsupported, "serializer is not offered",
                          events);
        }
        if (length_of_code(length_code) < settings_.peer_message_bytes_min) {
            return refuse(RawSocketError::length_unacceptable, "peer takes too short messages",
                          events);
        }
        if (settings_.is_full) {
            return refuse(RawSocketError::too_many_connections, "too many connections", events);
        }
        events.output.put(rawsocket_magic);
        events.output.put(
            static_cast<std::uint8_t>(own_length_code() << 4U | rawsocket_id(*encoding)));
        events.output.put_big_endian(0, 2);
        open(*encoding, length_code, events);
    }

    void refuse(RawSocketError error, std::string_view why, WireEvents& events) {
        events.output.put(rawsocket_magic);
        events.output.put(static_cast<std::uint8_t>(static_cast<unsigned>(error) << 4U));
        events.output.put_big_endian(0, 2);
        end(WireEnd::Cause::refused, close_code::protocol_error, why, events);
    }

    RawSocketServerSettings settings_;
};

class Client final : public RawSocket {
  public:
    explicit Client(RawSocketClientSettings settings)
        : RawSocket(settings.message_bytes_max), wanted_(settings.encoding) {}

    void start(ByteWriter& output) override {
        output.put(rawsocket_magic);
        output.put(static_cast<std::uint8_t>(own_length_code() << 4U | rawsocket_id(wanted_)));
        output.put_big_endian(0, 2);
    }

  private:
    void on_handshake(std::span<const std::uint8_t, handshake_bytes> octets,
                      WireEvents& events) override {
        const auto refuse = [&](std::string_view why) {
            end(WireEnd::Cause::refused, close_code::protocol_error, why, events);
        };
        if ((octets[1] & 0x0fU) == 0) return refuse(text_of_error(octets[1] >> 4U));
        if (octets[2] != 0 || octets[3] != 0) return refuse("reserved octets are set");
        if ((octets[1] & 0x0fU) != rawsocket_id(wanted_)) {
            return refuse("the server answered with another serializer");
        }
        open(wanted_, octets[1] >> 4U, events);
    }

    [[nodiscard]] static std::string_view text_of_error(unsigned error) {
        constexpr std::array<std::string_view, 5> texts = {
            "the server refused with the illegal error 0",
            "the server does not support the serializer",
            "the server does not accept the message length", "the server found reserved bits used",
            "the server has too many connections"};
        return error < texts.size() ? texts[error] : "the server refused with an unknown error";
    }

    Encoding wanted_;
};

}  // namespace

void append_rawsocket_head(RawSocketFrame type, std::size_t size, ByteWriter& output) {
    CHECK(size <= rawsocket_bytes_max, "a RawSocket frame holds at most 2^24 octets");
    const unsigned x = size == rawsocket_bytes_max ? 8 : 0;
    output.put(static_cast<std::uint8_t>(x | static_cast<unsigned>(type)));
    output.put_big_endian(size & (rawsocket_bytes_max - 1), 3);
}

std::unique_ptr<Wire> make_rawsocket_server(RawSocketServerSettings settings) {
    return std::make_unique<Server>(std::move(settings));
}

std::unique_ptr<Wire> make_rawsocket_client(RawSocketClientSettings settings) {
    return std::make_unique<Client>(settings);
}

}  // namespace kreisel
