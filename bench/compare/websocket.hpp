#pragma once
// The WebSocket below socket.io and WAMP: the opening handshake, then texts in frames.

#include "bench/compare/protocol.hpp"

namespace kreisel::compare {

class OverWebSocket : public Protocol {
  public:
    /// `subprotocol` may be empty.
    OverWebSocket(Part part, std::string path, std::string subprotocol);

    void start(ByteWriter& output) final;
    [[nodiscard]] std::size_t cut(Bytes bytes, Unit& unit, ByteWriter& output) final;

  protected:
    virtual void on_open(ByteWriter& output) = 0;
    virtual void on_text(std::string_view text, Unit& unit, ByteWriter& output) = 0;
    static void put_text(std::string_view text, ByteWriter& output);
    /// The last text in quotation marks, which is the payload: it has nothing to escape.
    [[nodiscard]] Bytes last_quoted(std::string_view text) const;

  private:
    std::string path_;
    std::string subprotocol_;
    bool is_open_ = false;
};

}  // namespace kreisel::compare
