// Publish and subscribe of Redis in RESP 2. A publisher asks for no replies, as publications of the
// other protocols have none either.
#include "bench/compare/protocol.hpp"

namespace kreisel::compare {

namespace {

class Redis final : public Protocol {
  public:
    explicit Redis(Part part) : Protocol(std::move(part)) {}

    void start(ByteWriter& output) override {
        if (part().role == Role::subscriber) return put({"SUBSCRIBE", part().name}, output);
        put({"PING"}, output);
        put({"CLIENT", "REPLY", "OFF"}, output);
    }

    std::size_t cut(Bytes bytes, Unit& unit, ByteWriter&) override {
        unit = {};
        const std::string_view text = text_of(bytes);
        std::size_t at = 0;
        std::string_view head;
        if (!take_line(text, at, head)) return 0;
        if (head.front() == '*') return cut_push(bytes, number_of(head.substr(1)), at, unit);
        if (head != "+PONG") fail_unexpected("redis-server", head);
        unit.kind = Unit::Kind::ready;
        return at;
    }

    void publish(std::uint64_t number, ByteWriter& output) override {
        put({"PUBLISH", part().name, payload(number)}, output);
    }

  private:
    static void put(std::initializer_list<std::string_view> words, ByteWriter& output) {
        output.put("*" + std::to_string(words.size()) + "\r\n");
        for (const std::string_view word : words) {
            output.put("$" + std::to_string(word.size()) + "\r\n");
            output.put(word);
            output.put(std::string_view("\r\n"));
        }
    }

    static bool take_line(std::string_view text, std::size_t& at, std::string_view& line) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) return false;
        line = text.substr(at, end - 1 - at);
        at = end + 1;
        return true;
    }

    /// An array of texts and numbers, of which the first says what it is.
    static std::size_t cut_push(Bytes bytes, std::uint64_t count, std::size_t at, Unit& unit) {
        const std::string_view text = text_of(bytes);
        std::string_view kind;
        std::string_view last;
        for (std::uint64_t i = 0; i < count; ++i) {
            if (!take_line(text, at, last)) return 0;
            if (!last.starts_with('$')) continue;
            const std::size_t size = number_of(last.substr(1));
            if (text.size() < at + size + 2) return 0;
            last = text.substr(at, size);
            at += size + 2;
            if (i == 0) kind = last;
        }
        if (kind == "message") {
            unit.kind = Unit::Kind::event;
            unit.payload = bytes_of(last);
        } else if (kind == "subscribe") {
            unit.kind = Unit::Kind::ready;
        } else {
            fail_unexpected("redis-server", kind);
        }
        return at;
    }
};

}  // namespace

std::unique_ptr<Protocol> make_redis(Part part) { return std::make_unique<Redis>(std::move(part)); }

}  // namespace kreisel::compare
