// The text protocol of NATS: SUB, PUB and MSG lines; a request is a PUB that names the subject of
// its reply.
#include "bench/compare/protocol.hpp"

#include <unistd.h>

namespace kreisel::compare {

namespace {

class Nats final : public Protocol {
  public:
    explicit Nats(Part part) : Protocol(std::move(part)) {
        inbox_ = "_INBOX." + std::to_string(::getpid()) + "." +
                 std::to_string(this->part().number) + ".";
    }

    void start(ByteWriter& output) override {
        output.put(
            std::string_view("CONNECT {\"verbose\":false,\"pedantic\":false,"
                             "\"lang\":\"c++\",\"version\":\"1\",\"protocol\":1}\r\n"));
        const bool listens = part().role == Role::subscriber || part().role == Role::callee;
        if (listens) output.put("SUB " + part().name + " 1\r\n");
        if (part().role == Role::caller) output.put("SUB " + inbox_ + "* 1\r\n");
        // Answered when all before it was done.
        output.put(std::string_view("PING\r\n"));
    }

    std::size_t cut(Bytes bytes, Unit& unit, ByteWriter& output) override {
        unit = {};
        const std::string_view text = text_of(bytes);
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return 0;
        const std::string_view line = text.substr(0, end - 1);
        if (line.starts_with("MSG ")) return cut_message(bytes, line, unit);
        if (line == "PONG") unit.kind = Unit::Kind::ready;
        if (line == "PING") output.put(std::string_view("PONG\r\n"));
        if (line.starts_with("-ERR")) fail_unexpected("nats-server", line);
        return end + 1;
    }

    void publish(std::uint64_t number, ByteWriter& output) override {
        put_message("PUB " + part().name, payload(number), output);
    }
    void call(std::uint64_t number, ByteWriter& output) override {
        put_message("PUB " + part().name + " " + inbox_ + std::to_string(number), payload(0),
                    output);
    }
    void answer(const Unit& invocation, ByteWriter& output) override {
        put_message("PUB " + std::string(text_of(invocation.answer_to)), payload(0), output);
    }

  private:
    static void put_message(const std::string& head, const std::string& payload,
                            ByteWriter& output) {
        output.put(head + " " + std::to_string(payload.size()) + "\r\n");
        output.put(std::string_view(payload));
        output.put(std::string_view("\r\n"));
    }

    /// MSG subject sid [reply] size
    std::size_t cut_message(Bytes bytes, std::string_view line, Unit& unit) const {
        const std::size_t size_at = line.rfind(' ') + 1;
        const std::size_t size = number_of(line.substr(size_at));
        const std::size_t begin = line.size() + 2;
        if (bytes.size() < begin + size + 2) return 0;
        unit.payload = bytes.subspan(begin, size);
        const std::string_view subject = line.substr(4, line.find(' ', 4) - 4);
        switch (part().role) {
            case Role::caller:
                unit.kind = Unit::Kind::result;
                unit.id = number_of(subject.substr(subject.rfind('.') + 1));
                break;
            case Role::callee: {
                unit.kind = Unit::Kind::invocation;
                const std::size_t reply_at = line.rfind(' ', size_at - 2) + 1;
                unit.answer_to = bytes_of(line.substr(reply_at, size_at - 1 - reply_at));
                break;
            }
            case Role::publisher:
            case Role::subscriber:
                unit.kind = Unit::Kind::event;
        }
        return begin + size + 2;
    }

    std::string inbox_;
};

}  // namespace

std::unique_ptr<Protocol> make_nats(Part part) { return std::make_unique<Nats>(std::move(part)); }

}  // namespace kreisel::compare
