// The peers and the owner of testing.hpp.
#include "testing.hpp"

#include <array>

namespace kreisel::client_test {

Peer::Peer(Loop& loop, const AcceptorSettings& settings) : loop_(loop) {
    auto made = make_acceptor(loop.context, settings);
    BOOST_REQUIRE_MESSAGE(made, made.error());
    acceptor_ = *made;
}

void Peer::start() {
    acceptor_->start(
        [weak = weak_from_this()](int descriptor, std::string address) {
            const auto self = std::static_pointer_cast<Peer>(weak.lock());
            if (!self) return;
            self->stream_ = make_socket_stream(self->loop_.context, descriptor, std::move(address));
            if (self->wrap) self->stream_ = self->wrap(std::move(self->stream_));
            self->has_accepted = true;
            if (self->is_reading) self->stream_->wait_readable(self);
        },
        [](const std::string&) {});
}

void Peer::send(std::string_view octets) {
    while (!octets.empty()) {
        const iovec piece{const_cast<char*>(octets.data()), octets.size()};
        const IoResult sent = stream_->write({&piece, 1});
        if (sent.state == IoResult::State::failed) return;
        octets.remove_prefix(sent.count);
        if (sent.state == IoResult::State::would_block) loop_.run_for(1ms);
    }
}

void Peer::on_readable(const boost::system::error_code& ec) {
    if (ec || !is_reading) return;
    std::array<std::uint8_t, 65536> buffer{};
    const IoResult got = stream_->read(buffer);
    if (got.state == IoResult::State::ended || got.state == IoResult::State::failed) {
        has_ended = true;
        return;
    }
    received.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got.count));
    if (got.count > 0 && on_received) on_received();
    stream_->wait_readable(shared_from_this());
}

WirePeer::WirePeer(Loop& loop, std::unique_ptr<Wire> wire)
    : peer(Peer::make(loop)), wire_(std::move(wire)) {
    peer->on_received = [this] { feed(); };
}

void WirePeer::feed() {
    const std::string octets = std::exchange(peer->received, {});
    feed_sizes.push_back(octets.size());
    WireEvents events;
    wire_->feed({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()}, events);
    if (answers || events.has_opened) peer->send(events.output.text());
    has_opened = has_opened || events.has_opened;
    for (const auto& message : events.messages) {
        auto decoded = decode(wire_->encoding(), message.bytes, {});
        BOOST_REQUIRE(decoded);
        messages.push_back(std::move(*decoded));
    }
    if (events.end) wire_end = std::move(events.end);
}

void WirePeer::send(const Message& message) {
    ByteWriter encoded;
    encode(message, wire_->encoding(), encoded);
    ByteWriter framed;
    wire_->frame_message(encoded.span(), framed);
    peer->send(framed.text());
}

void WirePeer::close(std::uint16_t code, std::string_view reason) {
    ByteWriter frame;
    wire_->close(code, reason, frame);
    peer->send(frame.text());
}

std::unique_ptr<Wire> websocket_server(std::vector<std::string> subprotocols) {
    auto settings = std::make_shared<WebSocketServerSettings>();
    settings->subprotocols = std::move(subprotocols);
    return make_websocket_server(std::move(settings));
}

std::unique_ptr<Wire> rawsocket_server(std::size_t message_bytes_max) {
    RawSocketServerSettings settings;
    settings.encodings = {Encoding::json, Encoding::msgpack, Encoding::cbor};
    settings.message_bytes_max = message_bytes_max;
    return make_rawsocket_server(std::move(settings));
}

client::Result<std::unique_ptr<Stream>> dialled(Loop& loop, client::DialSettings settings) {
    std::optional<client::Result<std::unique_ptr<Stream>>> outcome;
    const auto attempt = client::dial(loop.strand, std::move(settings),
                                      [&](auto result) { outcome.emplace(std::move(result)); });
    loop.run_until([&] { return outcome.has_value(); });
    return std::move(*outcome);
}

Linked link_to(Loop& loop, const Peer& peer, const std::string& scheme,
               client::LinkSettings settings) {
    settings.url = *client::parse_url(peer.url(scheme));
    auto stream = dialled(loop, {.url = settings.url});
    BOOST_REQUIRE(stream);
    Linked linked;
    linked.link = std::make_shared<client::Link>(loop.strand, std::move(*stream),
                                                 std::move(settings), linked.owner);
    linked.link->start();
    return linked;
}

std::string loss_of(Loop& loop, const Linked& linked) {
    loop.run_until([&] { return linked.owner->lost.has_value(); });
    return linked.owner->lost->what();
}

}  // namespace kreisel::client_test
