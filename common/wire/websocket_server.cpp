// Server side of a WebSocket: the upgrade, then frames.
#include "common/base/check.hpp"
#include "common/wire/frame_stream.hpp"
#include "common/wire/upgrade.hpp"
#include "common/wire/websocket.hpp"

namespace kreisel {

namespace {

class Server final : public WebSocketServer {
  public:
    explicit Server(std::shared_ptr<const WebSocketServerSettings> settings)
        : settings_(std::move(settings)),
          stream_(WireSide::server, settings_->message_bytes_max, 0) {}

    void feed(std::span<const std::uint8_t> bytes, WireEvents& events) override {
        if (phase_ == Phase::ended || bytes.empty()) return;
        if (phase_ == Phase::head) bytes = bytes.subspan(take_head(bytes, events));
        if (phase_ == Phase::open) stream_.feed(bytes, events);
    }

    [[nodiscard]] const UpgradeInfo& upgrade() const override {
        static const UpgradeInfo none;
        return info_ == nullptr ? none : *info_;
    }
    void forget_upgrade() override { info_.reset(); }

    [[nodiscard]] Encoding encoding() const override { return stream_.encoding(); }
    [[nodiscard]] Framing framing() const override { return stream_.framing(); }
    void set_message_bytes_max(std::size_t bytes) override { stream_.set_message_bytes_max(bytes); }
    void ping(std::span<const std::uint8_t> payload, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.ping(payload, output);
    }
    void close(std::uint16_t code, std::string_view reason, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.close(code, reason, output);
    }
    [[nodiscard]] bool transforms_output() const override { return stream_.transforms_output(); }
    void frame_message(std::span<const std::uint8_t> message, ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.send_wamp(message, output);
    }
    void frame_data(DataKind kind, std::span<const std::uint8_t> message,
                    ByteWriter& output) override {
        if (phase_ == Phase::open) stream_.send(kind, message, output);
    }

  private:
    enum class Phase : std::uint8_t { head, open, ended };

    [[nodiscard]] std::size_t take_head(std::span<const std::uint8_t> bytes, WireEvents& events) {
        if (head_ == nullptr) {
            head_ = std::make_unique<HeadCollector>(settings_->http_head_bytes_max);
        }
        const std::size_t taken = head_->feed(bytes);
        if (!head_->fault() && !head_->is_whole()) return taken;
        auto answer = head_->fault() ? answer_fault(head_->fault(), *settings_)
                                     : answer_request(head_->text(), *settings_);
        head_.reset();
        events.output.put(answer.response);
        if (answer.end) {
            phase_ = Phase::ended;
            events.end = std::move(answer.end);
            return taken;
        }
        phase_ = Phase::open;
        events.has_opened = true;
        stream_.open(answer.info.subprotocol, answer.deflate);
        info_ = std::make_unique<UpgradeInfo>(std::move(answer.info));
        return taken;
    }

    std::shared_ptr<const WebSocketServerSettings> settings_;
    std::unique_ptr<HeadCollector> head_;
    std::unique_ptr<UpgradeInfo> info_;
    FrameStream stream_;
    Phase phase_ = Phase::head;
};

static_assert(sizeof(Server) <= 256, "an idle connection holds little");

}  // namespace

std::unique_ptr<WebSocketServer> make_websocket_server(
    std::shared_ptr<const WebSocketServerSettings> settings) {
    CHECK(settings != nullptr && settings->http_head_bytes_max > 0, "a server has settings");
    return std::make_unique<Server>(std::move(settings));
}

}  // namespace kreisel
