#pragma once
// What bench_compare needs to know of a protocol: one object for each connection that writes what
// this end says and finds the units in what it is told. Octets in, octets out; the connection has
// the socket, the exchange counts.
//
//     const auto protocol = make_protocol("nats", {Role::subscriber, "bench.topic.1"});
//     protocol->start(output);
//     while ((taken = protocol->cut(rest, unit, output)) != 0) ...

#include "bench/load/frames.hpp"
#include "common/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kreisel::compare {

using load::Bytes;

enum class Role : std::uint8_t { publisher, subscriber, caller, callee };

/// Who a connection is in the exchange.
struct Part {
    Role role = Role::publisher;
    std::string name;        ///< of the topic or procedure
    std::size_t number = 0;  ///< of the connection, unique in this run
    std::size_t payload_bytes = 128;
};

/// One thing that the other side said.
struct Unit {
    enum class Kind : std::uint8_t { nothing, ready, event, invocation, result };
    Kind kind = Kind::nothing;
    Bytes payload;
    std::uint64_t id = 0;  ///< of an invocation or a result, where the protocol numbers them
    Bytes answer_to;       ///< of an invocation, where the protocol names a place instead
};

/// Publications differ in their last letter, in turn: what is lost, comes twice or overtakes is
/// found by looking at one octet.
inline constexpr std::uint64_t variants = 4;
[[nodiscard]] std::string payload_text(std::size_t bytes, std::uint64_t number);

/// Made once for a connection; everything throws std::runtime_error when the other side says what
/// it should not.
class Protocol {
  public:
    explicit Protocol(Part part);
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;
    virtual ~Protocol() = default;

    /// What opens the conversation. A unit `ready` says that the connection may do its part.
    virtual void start(ByteWriter& output) = 0;
    /// Finds the next unit. Returns how many octets it takes, or 0 if it is not complete; writes
    /// what the protocol itself has to answer.
    [[nodiscard]] virtual std::size_t cut(Bytes bytes, Unit& unit, ByteWriter& output) = 0;

    virtual void publish(std::uint64_t number, ByteWriter& output) = 0;
    /// For protocols with requests and replies; the others throw.
    virtual void call(std::uint64_t number, ByteWriter& output);
    virtual void answer(const Unit& invocation, ByteWriter& output);

  protected:
    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] const std::string& payload(std::uint64_t number) const {
        return payloads_[number % variants];
    }

  private:
    Part part_;
    std::array<std::string, variants> payloads_;
};

/// `nats`, `redis`, `mqtt`, `socketio`, `wamp` (JSON over WebSocket) or `echo` (bench_floor).
[[nodiscard]] std::unique_ptr<Protocol> make_protocol(const std::string& name, Part part);

[[nodiscard]] std::unique_ptr<Protocol> make_nats(Part part);
[[nodiscard]] std::unique_ptr<Protocol> make_redis(Part part);
[[nodiscard]] std::unique_ptr<Protocol> make_mqtt(Part part);
[[nodiscard]] std::unique_ptr<Protocol> make_socketio(Part part);
[[nodiscard]] std::unique_ptr<Protocol> make_wamp(Part part);
[[nodiscard]] std::unique_ptr<Protocol> make_echo(Part part);

inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// Of digits only; 0 for an empty text.
[[nodiscard]] std::uint64_t number_of(std::string_view digits);
/// "<what> said: <text>", shortened.
[[noreturn]] void fail_unexpected(const char* what, std::string_view text);

}  // namespace kreisel::compare
