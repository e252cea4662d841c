// MQTT 3.1.1 with QoS 0: CONNECT, SUBSCRIBE and PUBLISH packets.
#include "bench/compare/protocol.hpp"

#include <unistd.h>

namespace kreisel::compare {

namespace {

class Mqtt final : public Protocol {
  public:
    explicit Mqtt(Part part) : Protocol(std::move(part)) {}

    void start(ByteWriter& output) override {
        // MQTT 3.1.4: a client need not wait for CONNACK. Clean session, no keep-alive.
        ByteWriter connect;
        put_text("MQTT", connect);
        connect.put_big_endian(0x04020000U, 4);
        put_text("bench" + std::to_string(::getpid()) + "x" + std::to_string(part().number),
                 connect);
        put_packet(0x10, connect, output);
        if (part().role != Role::subscriber) return;
        ByteWriter subscribe;
        subscribe.put_big_endian(1, 2);
        put_text(part().name, subscribe);
        subscribe.put_big_endian(0, 1);
        put_packet(0x82, subscribe, output);
    }

    std::size_t cut(Bytes bytes, Unit& unit, ByteWriter&) override {
        unit = {};
        std::size_t size = 0;
        std::size_t begin = 1;
        do {
            if (begin >= bytes.size()) return 0;
            size |= std::size_t{bytes[begin] & 0x7fU} << (7 * (begin - 1));
        } while ((bytes[begin++] & 0x80U) != 0);
        if (bytes.size() < begin + size) return 0;
        const Bytes body = bytes.subspan(begin, size);
        switch (bytes[0] >> 4U) {
            case 2:  // CONNACK
                if (body[1] != 0)
                    fail_unexpected("mosquitto", "CONNACK " + std::to_string(body[1]));
                if (part().role == Role::publisher) unit.kind = Unit::Kind::ready;
                break;
            case 9:  // SUBACK
                unit.kind = Unit::Kind::ready;
                break;
            case 3:  // PUBLISH, of QoS 0: no packet id
                unit.kind = Unit::Kind::event;
                unit.payload = body.subspan(2 + (std::size_t{body[0]} << 8U | body[1]));
                break;
            default:
                fail_unexpected("mosquitto", "packet " + std::to_string(bytes[0]));
        }
        return begin + size;
    }

    void publish(std::uint64_t number, ByteWriter& output) override {
        const std::string& text = payload(number);
        put_head(0x30, 2 + part().name.size() + text.size(), output);
        put_text(part().name, output);
        output.put(std::string_view(text));
    }

  private:
    static void put_text(std::string_view text, ByteWriter& output) {
        output.put_big_endian(text.size(), 2);
        output.put(text);
    }
    static void put_head(std::uint8_t type, std::size_t size, ByteWriter& output) {
        output.put_big_endian(type, 1);
        do {
            output.put_big_endian((size & 0x7fU) | (size > 0x7f ? 0x80U : 0U), 1);
            size >>= 7U;
        } while (size > 0);
    }
    static void put_packet(std::uint8_t type, const ByteWriter& body, ByteWriter& output) {
        put_head(type, body.size(), output);
        output.put(body.span());
    }
};

}  // namespace

std::unique_ptr<Protocol> make_mqtt(Part part) { return std::make_unique<Mqtt>(std::move(part)); }

}  // namespace kreisel::compare
