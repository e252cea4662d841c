// The floor's echo (bench/floor): a caller whose messages come back as they are. What one message
// in and one message out cost at the very least.
#include "bench/compare/protocol.hpp"
#include "bench/load/raw_hello.hpp"

#include <stdexcept>

namespace kreisel::compare {

namespace {

class Echo final : public Protocol {
  public:
    explicit Echo(Part part) : Protocol(std::move(part)) {
        if (this->part().role != Role::caller) throw std::runtime_error("echo has callers only");
    }

    void start(ByteWriter& output) override {
        const auto size = static_cast<std::uint32_t>(part().payload_bytes);
        const load::RawHello hello{.role = load::RawRole::echo,
                                   .group = 0,
                                   .bytes_to_floor = size,
                                   .bytes_from_floor = size};
        output.put(std::span<const std::uint8_t>(to_bytes(hello)));
    }

    std::size_t cut(Bytes bytes, Unit& unit, ByteWriter&) override {
        unit = {};
        if (!is_known_) {
            if (bytes.empty()) return 0;
            if (bytes[0] != load::raw_hello_answer) fail_unexpected("the floor", text_of(bytes));
            is_known_ = true;
            unit.kind = Unit::Kind::ready;
            return 1;
        }
        if (bytes.size() < part().payload_bytes) return 0;
        unit.kind = Unit::Kind::result;
        unit.id = ++answers_;
        return part().payload_bytes;
    }

    void publish(std::uint64_t, ByteWriter&) override {
        throw std::runtime_error("echo has callers only");
    }
    void call(std::uint64_t, ByteWriter& output) override {
        output.put(std::string_view(payload(0)));
    }

  private:
    std::uint64_t answers_ = 0;
    bool is_known_ = false;
};

}  // namespace

std::unique_ptr<Protocol> make_echo(Part part) { return std::make_unique<Echo>(std::move(part)); }

}  // namespace kreisel::compare
