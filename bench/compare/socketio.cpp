// Socket.IO 5 over Engine.IO 4 over WebSocket, towards socketio_server.mjs: `publish` reaches a
// room as `event`, `call` reaches a callee as `call`, acknowledgements are the results.
#include "bench/compare/websocket.hpp"

namespace kreisel::compare {

namespace {

class SocketIo final : public OverWebSocket {
  public:
    explicit SocketIo(Part part)
        : OverWebSocket(std::move(part), "/socket.io/?EIO=4&transport=websocket", "") {}

    void publish(std::uint64_t number, ByteWriter& output) override {
        put_text("42[\"publish\",\"" + part().name + "\",\"" + payload(number) + "\"]", output);
    }
    void call(std::uint64_t number, ByteWriter& output) override {
        put_text("42" + std::to_string(number) + "[\"call\",\"" + part().name + "\",\"" +
                     payload(0) + "\"]",
                 output);
    }
    void answer(const Unit& invocation, ByteWriter& output) override {
        put_text("43" + std::to_string(invocation.id) + "[\"" + payload(0) + "\"]", output);
    }

  private:
    void on_open(ByteWriter&) override {}

    void on_text(std::string_view text, Unit& unit, ByteWriter& output) override {
        if (text.starts_with('0')) return put_text("40", output);  // connect to the namespace
        if (text == "2") return put_text("3", output);             // keep-alive
        if (text.starts_with("40")) return on_connected(unit, output);
        if (text.starts_with("42")) {
            const bool is_callee = part().role == Role::callee;
            unit.kind = is_callee ? Unit::Kind::invocation : Unit::Kind::event;
        } else if (text.starts_with("43") && part().role == Role::caller) {
            unit.kind = Unit::Kind::result;
        } else if (text == "430[]") {
            unit.kind = Unit::Kind::ready;
            return;
        } else {
            fail_unexpected("socket.io", text);
        }
        unit.id = number_of(text.substr(2));
        unit.payload = last_quoted(text);
    }

    void on_connected(Unit& unit, ByteWriter& output) const {
        switch (part().role) {
            case Role::subscriber:
                return put_text("420[\"join\",\"" + part().name + "\"]", output);
            case Role::callee:
                return put_text("420[\"register\",\"" + part().name + "\"]", output);
            case Role::publisher:
            case Role::caller:
                unit.kind = Unit::Kind::ready;
        }
    }
};

}  // namespace

std::unique_ptr<Protocol> make_socketio(Part part) {
    return std::make_unique<SocketIo>(std::move(part));
}

}  // namespace kreisel::compare
