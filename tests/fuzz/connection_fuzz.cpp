// Whole connections: octets -> wire -> HELLO -> gate -> realm, and the way back, with every
// advanced feature announced. A (RawSocket) and B (WebSocket) have joined; C is a stranger on
// RawSocket. The input is lines, the first octet says what happens:
//     A[48,1,{"timeout":5},"com.x"]   a message of A, framed as it should be; $ is the last id of a
//                                     subscription or registration
//     a..., b..., c...                octets into that connection as they are
//     T7                              0.7 s pass
//     X, Y, Z                         A, B or C is cut off and comes back
//     R, H, U                         A takes no invocations; what B sends waits; goes on
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "common/wire/rawsocket.hpp"
#include "common/wire/websocket.hpp"
#include "tests/scenario/lib/pure_router.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;
using scenario::PureRouter;

constexpr std::size_t message_bytes_max = 16U << 10U;
constexpr std::size_t lines_max = 200;

std::span<const std::uint8_t> octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// HELLO with every role and feature there is.
std::string make_hello() {
    std::string features;
    for (unsigned i = 0; i <= static_cast<unsigned>(Feature::testament_meta_api); ++i) {
        features +=
            (i == 0 ? "\"" : ",\"") + std::string(to_text(Feature{std::uint8_t(i)})) + "\":true";
    }
    std::string roles;
    for (const Role role : {Role::publisher, Role::subscriber, Role::caller, Role::callee}) {
        roles += (roles.empty() ? "\"" : ",\"") + std::string(to_text(role)) +
                 R"(":{"features":{)" + features + "}}";
    }
    return R"([1,"realm1",{"roles":{)" + roles + "}}]";
}

/// A realm whose limits are within reach of a short input.
scenario::RealmSetting small_realm() {
    scenario::RealmSetting realm;
    realm.name = "realm1";
    realm.limits.subscriptions_per_session = 6;
    realm.limits.registrations_per_session = 6;
    realm.limits.pending_calls_per_session = 6;
    realm.limits.waiting_calls_per_registration = 2;
    realm.limits.testaments_per_session = 2;
    realm.limits.definitions_per_session = 3;
    realm.limits.retained_topics = 3;
    HistoryRule rule;
    rule.uri = "com.kept";
    rule.match = MatchPolicy::prefix;
    rule.events_max = 4;
    realm.history.push_back(rule);
    return realm;
}

/// One client and the server's side of its wire.
class Peer {
  public:
    Peer(PureRouter& router, bool has_websocket)
        : router_(router), connection_(router.connect()), has_websocket_(has_websocket) {
        if (has_websocket) {
            WebSocketClientSettings wanted;
            wanted.host = "a";
            wanted.subprotocols = {"wamp.2.json"};
            client_ = make_websocket_client(wanted);
            auto settings = std::make_shared<WebSocketServerSettings>();
            settings->subprotocols = {"wamp.2.json"};
            settings->message_bytes_max = message_bytes_max;
            server_ = make_websocket_server(settings);
        } else {
            client_ = make_rawsocket_client({Encoding::json, message_bytes_max});
            RawSocketServerSettings settings;
            settings.encodings = {Encoding::json};
            settings.message_bytes_max = message_bytes_max;
            server_ = make_rawsocket_server(settings);
        }
        ByteWriter start;
        client_->start(start);
        feed(start.span());
        CHECK(is_open_, "our own client and server agree");
    }

    [[nodiscard]] PureRouter::ConnectionId connection() const { return connection_; }

    void send(std::string_view text) {
        ByteWriter framed;
        client_->frame_message(octets_of(text), framed);
        feed(framed.span());
    }

    void feed(std::span<const std::uint8_t> octets) {
        if (has_ended_ || router_.is_closed(connection_)) return;
        WireEvents events;
        server_->feed(octets, events);
        take(events.output.span());
        for (const auto& message : events.messages) {
            router_.receive(connection_, decode(Encoding::json, message.bytes, {}));
        }
        if (!events.end) return;
        has_ended_ = true;
        router_.drop(connection_);
    }

    /// Takes what the router has for this client; `last_id` is set to an id it was given.
    void receive(std::string& last_id) {
        auto& outgoing = router_.outgoing(connection_);
        for (; !outgoing.empty(); outgoing.pop_front()) {
            const Message& message = outgoing.front()->message();
            check_encodings(message);
            check_answered_once(message);
            if (const auto* subscribed = std::get_if<Subscribed>(&message)) {
                last_id = std::to_string(subscribed->subscription.value);
            } else if (const auto* registered = std::get_if<Registered>(&message)) {
                last_id = std::to_string(registered->registration.value);
            }
            const Framing framing = has_websocket_ ? Framing::websocket : Framing::rawsocket;
            const Frame& frame = outgoing.front()->frame(Encoding::json, framing);
            std::string octets(frame.first.text());
            for (const SharedBytes& part : frame.more) octets += part.text();
            CHECK(take(octets_of(octets)) == 1, "one frame holds one message");
        }
    }

  private:
    /// Octets from the server: the client finds nothing wrong in them. Gives the messages in them.
    std::size_t take(std::span<const std::uint8_t> octets) {
        if (is_deaf_) return 1;
        WireEvents events;
        client_->feed(octets, events);
        is_open_ = is_open_ || events.has_opened;
        for (const auto& message : events.messages) {
            CHECK(decode(Encoding::json, message.bytes, {}), "the client reads what is sent");
        }
        // A violation of ours was answered by a close frame; nothing is read behind it.
        is_deaf_ = events.end.has_value();
        return events.messages.size();
    }

    static void check_encodings(const Message& message) {
        for (const Encoding encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
            ByteWriter bytes;
            encode(message, encoding, bytes);
            CHECK(decode(encoding, SharedBytes::copy_of(bytes.span()), {}),
                  "what is sent can be read in every encoding");
        }
    }

    void check_answered_once(const Message& message) {
        RequestId request;
        if (const auto* result = std::get_if<ResultMessage>(&message)) {
            CHECK(!answered_.contains(result->request.value), "no result behind the final one");
            if (!result->details.is_true("progress")) request = result->request;
        } else if (const auto* error = std::get_if<ErrorMessage>(&message)) {
            if (error->request_type == MessageType::call) request = error->request;
        }
        if (!request) return;
        CHECK(answered_.insert(request.value).second, "a call has one final answer");
    }

    PureRouter& router_;
    PureRouter::ConnectionId connection_;
    bool has_websocket_;
    std::unique_ptr<Wire> client_;
    std::unique_ptr<Wire> server_;
    bool is_open_ = false;
    bool is_deaf_ = false;
    bool has_ended_ = false;
    std::set<std::uint64_t> answered_;
};

class Play {
  public:
    Play() : router_({small_realm()}, 1) {
        for (std::size_t i = 0; i < peers_.size(); ++i) connect(i);
    }

    void line(std::string_view text) {
        const char what = text.front();
        text.remove_prefix(1);
        if (what >= 'A' && what <= 'C') {
            peers_[std::size_t(what - 'A')]->send(filled_in(text));
        } else if (what >= 'a' && what <= 'c') {
            peers_[std::size_t(what - 'a')]->feed(octets_of(text));
        } else if (what >= 'X' && what <= 'Z') {
            router_.drop(peers_[std::size_t(what - 'X')]->connection());
            connect(std::size_t(what - 'X'));
        } else if (what == 'T' && !text.empty()) {
            router_.pass_time(std::chrono::milliseconds{100} * (text.front() & 15));
        } else if (what == 'R') {
            // What follows says how: nothing, or any octet for an outbox that is full.
            router_.refuse_invocations(peers_[0]->connection(), text.empty()
                                                                    ? uris::payload_size_exceeded
                                                                    : uris::unavailable);
        } else if (what == 'H') {
            router_.hold(peers_[1]->connection());
        } else if (what == 'U') {
            router_.resume(peers_[1]->connection());
        }
        receive();
    }

    void finish() {
        for (const auto& peer : peers_) router_.drop(peer->connection());
        router_.pass_time(std::chrono::hours{1});
        CHECK(router_.counts("realm1") == RealmCounts{}, "nothing is left when all have gone");
    }

  private:
    void connect(std::size_t index) {
        static const std::string hello = make_hello();
        peers_[index] = std::make_unique<Peer>(router_, index == 1);
        if (index < 2) peers_[index]->send(hello);
        receive();
    }

    void receive() {
        for (const auto& peer : peers_) {
            if (peer) peer->receive(last_id_);
        }
    }

    [[nodiscard]] std::string filled_in(std::string_view text) const {
        std::string filled;
        for (const char c : text) c == '$' ? filled += last_id_ : filled += c;
        return filled.substr(0, message_bytes_max - 1);
    }

    PureRouter router_;
    std::array<std::unique_ptr<Peer>, 3> peers_;
    std::string last_id_ = "1";
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    Play play;
    for (std::size_t lines = 0; lines < lines_max && !input.empty(); ++lines) {
        const std::size_t end = std::min(input.find('\n'), input.size());
        if (end > 0) play.line(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    play.finish();
    return 0;
}
