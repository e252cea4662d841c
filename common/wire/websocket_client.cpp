// Client side of a WebSocket: the upgrade asked for and checked, then masked frames.
#include "common/base/base64.hpp"
#include "common/base/random.hpp"
#include "common/wire/frame_stream.hpp"
#include "common/wire/upgrade.hpp"
#include "common/wire/websocket.hpp"

#include <array>

namespace kreisel {

namespace {

constexpr std::size_t response_head_bytes_max = 16U << 10U;

bool begins_as_http(std::string_view text) {
    constexpr std::string_view start = "HTTP/1.";
    return text.substr(0, start.size()) == start.substr(0, text.size());
}

/// Lives until the server's answer is judged.
struct Handshake {
    WebSocketClientSettings settings;
    std::string key;
    HeadCollector head{response_head_bytes_max};
};

class Client final : public WebSocket {
  public:
    explicit Client(WebSocketClientSettings settings)
        : stream_(WireSide::client, settings.message_bytes_max, settings.mask_seed),
          handshake_(std::make_unique<Handshake>()) {
        // Another sequence than the masks': the key goes over the wire in the clear.
        std::array<std::uint8_t, 16> nonce{};
        SeededRandom(~settings.mask_seed).fill(nonce);
        handshake_->key = to_base64(nonce);
        handshake_->settings = std::move(settings);
    }

    void start(ByteWriter& output) override {
        output.put(make_upgrade_request(handshake_->settings, handshake_->key));
    }

    void feed(std::span<const std::uint8_t> bytes, WireEvents& events) override {
        if (phase_ == Phase::ended || bytes.empty()) return;
        if (phase_ == Phase::head) bytes = bytes.subspan(take_head(bytes, events));
        if (phase_ == Phase::open) stream_.feed(bytes, events);
    }

    [[nodiscard]] Encoding encoding() const override { return stream_.encoding(); }
    [[nodiscard]] Framing framing() const override { return stream_.framing(); }
    void set_message_bytes_max(std::size_t bytes) override { stream_.set_message_bytes_max(bytes); }
    void ping(std::span<const std::uint8_t> payload, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.ping(payload, output);
    }
    void close(std::uint16_t code, std::string_view reason, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.close(code, reason, output);
    }
    [[nodiscard]] bool transforms_output() const override { return true; }
    void frame_message(std::span<const std::uint8_t> message, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.send_wamp(message, output);
    }
    void frame_data(DataKind kind, std::span<const std::uint8_t> message,
                    ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.send(kind, message, output);
    }

  private:
    enum class Phase : std::uint8_t { head, open, ended };

    [[nodiscard]] UpgradeOutcome judge_head() const {
        const auto& head = handshake_->head;
        const std::string no_http = "the server's answer is no HTTP";
        if (!begins_as_http(head.text())) return UpgradeOutcome{no_http};
        if (head.fault()) return UpgradeOutcome{no_http + ": " + std::string(head.fault().why)};
        return judge_response(head.text(), handshake_->settings, handshake_->key);
    }

    [[nodiscard]] std::size_t take_head(std::span<const std::uint8_t> bytes, WireEvents& events) {
        auto& head = handshake_->head;
        const std::size_t taken = head.feed(bytes);
        // Another service that greets and then waits need not be waited for.
        const bool is_http = begins_as_http(head.text());
        if (is_http && !head.fault() && !head.is_whole()) return taken;
        auto outcome = judge_head();
        handshake_.reset();
        if (!outcome.fault.empty()) {
            phase_ = Phase::ended;
            const auto code = outcome.status == 0 ? close_code::protocol_error
                                                  : static_cast<std::uint16_t>(outcome.status);
            events.end = WireEnd{WireEnd::Cause::refused, code, std::move(outcome.fault)};
            return taken;
        }
        phase_ = Phase::open;
        events.has_opened = true;
        stream_.open(outcome.subprotocol, outcome.deflate);
        return taken;
    }

    FrameStream stream_;
    std::unique_ptr<Handshake> handshake_;
    Phase phase_ = Phase::head;
};

}  // namespace

std::unique_ptr<WebSocket> make_websocket_client(WebSocketClientSettings settings) {
    return std::make_unique<Client>(std::move(settings));
}

}  // namespace kreisel
