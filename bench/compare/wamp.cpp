// WAMP with JSON over WebSocket, for routers whose messages bench_load would take for wrong: it
// wants the payload to stand last, and fox-wamp writes `null` behind it.
#include "bench/compare/websocket.hpp"
#include "common/wamp/messages.hpp"

namespace kreisel::compare {

namespace {

class Wamp final : public OverWebSocket {
  public:
    explicit Wamp(Part part) : OverWebSocket(std::move(part), "/ws", "wamp.2.json") {}

    void publish(std::uint64_t number, ByteWriter& output) override {
        put_text("[16," + std::to_string(number + 1) + ",{}" + named(payload(number)), output);
    }
    void call(std::uint64_t number, ByteWriter& output) override {
        put_text("[48," + std::to_string(number) + ",{}" + named(payload(0)), output);
    }
    void answer(const Unit& invocation, ByteWriter& output) override {
        put_text("[70," + std::to_string(invocation.id) + ",{},[\"" + payload(0) + "\"]]", output);
    }

  private:
    [[nodiscard]] std::string named(const std::string& payload) const {
        return ",\"" + part().name + "\",[\"" + payload + "\"]]";
    }

    void on_open(ByteWriter& output) override {
        put_text(
            "[1,\"realm1\",{\"roles\":{\"publisher\":{},\"subscriber\":{},\"caller\":{},"
            "\"callee\":{}}}]",
            output);
    }

    void on_text(std::string_view text, Unit& unit, ByteWriter& output) override {
        const load::MessageHead head = load::read_head(Encoding::json, bytes_of(text));
        switch (static_cast<MessageType>(head.type)) {
            case MessageType::welcome:
                return on_welcome(unit, output);
            case MessageType::subscribed:
            case MessageType::registered:
                unit.kind = Unit::Kind::ready;
                return;
            case MessageType::event:
                unit.kind = Unit::Kind::event;
                break;
            case MessageType::invocation:
                unit.kind = Unit::Kind::invocation;
                break;
            case MessageType::result:
                unit.kind = Unit::Kind::result;
                break;
            default:
                fail_unexpected("the router", text);
        }
        unit.id = head.id;
        unit.payload = last_quoted(text);
    }

    void on_welcome(Unit& unit, ByteWriter& output) const {
        switch (part().role) {
            case Role::subscriber:
                return put_text("[32,1,{},\"" + part().name + "\"]", output);
            case Role::callee:
                return put_text("[64,1,{},\"" + part().name + "\"]", output);
            case Role::publisher:
            case Role::caller:
                unit.kind = Unit::Kind::ready;
        }
    }
};

}  // namespace

std::unique_ptr<Protocol> make_wamp(Part part) { return std::make_unique<Wamp>(std::move(part)); }

}  // namespace kreisel::compare
