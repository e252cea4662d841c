#include "bench/compare/websocket.hpp"

#include "bench/load/template.hpp"

#include <utility>

namespace kreisel::compare {

OverWebSocket::OverWebSocket(Part part, std::string path, std::string subprotocol)
    : Protocol(std::move(part)), path_(std::move(path)), subprotocol_(std::move(subprotocol)) {}

void OverWebSocket::start(ByteWriter& output) {
    std::string request = "GET " + path_ +
                          " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: S3JlaXNlbCBjb21wYXJlIQ==\r\n";
    if (!subprotocol_.empty()) request += "Sec-WebSocket-Protocol: " + subprotocol_ + "\r\n";
    output.put(request + "\r\n");
}

std::size_t OverWebSocket::cut(Bytes bytes, Unit& unit, ByteWriter& output) {
    unit = {};
    if (!is_open_) {
        const std::string_view text = text_of(bytes);
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        if (!text.starts_with("HTTP/1.1 101")) fail_unexpected("the server", text);
        is_open_ = true;
        on_open(output);
        return end + 4;
    }
    load::CutFrame frame;
    const std::size_t taken =
        load::cut_frame({.kind = load::FrameForm::Kind::websocket}, bytes, frame);
    if (taken == 0) return 0;
    switch (frame.kind) {
        case load::CutFrame::Kind::ping:
            load::append_masked_frame(0x8a, frame.payload, output);
            break;
        case load::CutFrame::Kind::message:
            if (!frame.is_whole) fail_unexpected("the server", "a message in fragments");
            on_text(text_of(frame.payload), unit, output);
            break;
        case load::CutFrame::Kind::fragment:
            fail_unexpected("the server", "a message in fragments");
        case load::CutFrame::Kind::close:
            fail_unexpected("the server", "goodbye: it closed the WebSocket");
        case load::CutFrame::Kind::ignored:
            break;
    }
    return taken;
}

void OverWebSocket::put_text(std::string_view text, ByteWriter& output) {
    load::append_masked_frame(0x81, bytes_of(text), output);
}

Bytes OverWebSocket::last_quoted(std::string_view text) const {
    const std::size_t size = part().payload_bytes;
    const std::size_t end = text.rfind('"');
    if (end == std::string_view::npos || end <= size || text[end - size - 1] != '"') {
        fail_unexpected("the server", text);
    }
    return bytes_of(text.substr(end - size, size));
}

}  // namespace kreisel::compare
