#pragma once
// SocketPeer: a client of a real router in the same process, over its unix socket, for fuzzing: it
// sends what it is told, reads what comes, and stops the run at the first thing that no router may
// say. One thread.

#include "common/codec/codec.hpp"
#include "common/wire/wire.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace kreisel::fuzz {

class SocketPeer {
  public:
    enum class Transport : std::uint8_t { rawsocket, websocket };

    /// Connects and shakes hands.
    SocketPeer(const std::string& path, Transport transport);
    SocketPeer(const SocketPeer&) = delete;
    SocketPeer& operator=(const SocketPeer&) = delete;
    ~SocketPeer();

    /// HELLO, and waits for WELCOME.
    void join();
    /// One message, framed. Each # becomes the next request id, each $ the last id of a
    /// subscription or registration that any peer was given.
    void send(std::string_view text);
    /// Octets as they are. From now on nobody knows what the router makes of them.
    void send_octets(std::string_view octets);
    /// Returns when the router has worked through what was sent, or has ended the connection. Does
    /// nothing once octets went out.
    void synchronize();
    /// Calls `procedure` and returns the first argument of its result.
    [[nodiscard]] Value ask(std::string_view procedure);
    /// Reads what is there.
    void read() { static_cast<void>(receive(0)); }
    [[nodiscard]] bool has_ended() const { return has_ended_; }

  private:
    /// False if nothing came within the time.
    bool receive(int timeout_ms);
    /// Receives until `is_done` or the end; stops the run if that takes unbearably long.
    template <class IsDone>
    void receive_until(IsDone is_done);
    void take(const Message& message);
    void note_answer(std::uint64_t request);
    void write(std::span<const std::uint8_t> octets);

    int socket_ = -1;
    std::unique_ptr<Wire> wire_;
    bool is_open_ = false;
    bool is_joined_ = false;
    bool is_clean_ = true;  ///< only whole messages were sent
    bool has_ended_ = false;
    std::uint64_t last_request_ = 0;
    std::set<std::uint64_t> answered_;
    Value result_;  ///< of the last final RESULT
};

}  // namespace kreisel::fuzz
