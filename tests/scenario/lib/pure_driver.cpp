#include "tests/scenario/lib/pure_driver.hpp"

#include "common/codec/codec.hpp"
#include "tests/scenario/lib/pure_router.hpp"
#include "tests/scenario/lib/value_io.hpp"

#include <map>
#include <set>

namespace kreisel::scenario {

namespace {

constexpr std::uint64_t seed = 20'261'122;
constexpr std::size_t rawsocket_header_size = 4;

/// The frame of a parcel as a RawSocket client cuts it out of the stream.
std::string message_bytes(const Frame& frame) {
    std::string bytes(frame.first.text());
    for (const SharedBytes& part : frame.more) bytes += part.text();
    return bytes.substr(rawsocket_header_size);
}

std::string text_of(const RealmCounts& counts) {
    if (counts == RealmCounts{}) return {};
    return "sessions " + std::to_string(counts.sessions) + ", subscriptions " +
           std::to_string(counts.subscriptions) + ", subscribers " +
           std::to_string(counts.subscribers) + ", registrations " +
           std::to_string(counts.registrations) + ", callees " + std::to_string(counts.callees) +
           ", pending calls " + std::to_string(counts.pending_calls) + ", pending invocations " +
           std::to_string(counts.pending_invocations);
}

class PureDriver final : public Driver {
  public:
    PureDriver(const Script& script, Encoding encoding)
        : router_(script.realms, seed), encoding_(encoding) {
        for (const RealmSetting& realm : script.realms) realms_.insert(realm.name);
    }

    void connect(const std::string& session) override { connections_[session] = router_.connect(); }
    void send(const std::string& session, const Value& message) override {
        send_bytes(session, write_value(encoding_, message));
    }
    void send_bytes(const std::string& session, const std::string& bytes) override {
        router_.receive(connections_.at(session),
                        decode(encoding_, SharedBytes::copy_of(bytes), {}));
    }
    void drop(const std::string& session) override {
        router_.drop(connections_.at(session));
        connections_.erase(session);
    }
    Incoming next(const std::string& session, Wait /*wait*/) override {
        const auto connection = connections_.at(session);
        auto& outgoing = router_.outgoing(connection);
        if (outgoing.empty()) {
            return {
                router_.is_closed(connection) ? Incoming::Kind::closed : Incoming::Kind::nothing,
                {}};
        }
        const ParcelPtr parcel = outgoing.front();
        outgoing.pop_front();
        const auto bytes = message_bytes(parcel->frame(encoding_, Framing::rawsocket));
        return {Incoming::Kind::message, read_value(encoding_, bytes)};
    }
    void wait(Duration duration) override { router_.pass_time(duration); }
    void control(const Step& step) override {
        const Uri& realm = *realms_.begin();
        if (step.kind == Step::Kind::set_role) {
            router_.set_role(realm, step.first, step.rules);
        } else if (step.kind == Step::Kind::remove_role) {
            router_.remove_role(realm, step.first);
        } else if (step.kind == Step::Kind::hold) {
            router_.hold(connections_.at(step.first));
        } else if (step.kind == Step::Kind::resume) {
            router_.resume(connections_.at(step.first));
        } else if (step.kind == Step::Kind::refuse) {
            router_.refuse_invocations(connections_.at(step.first), step.second);
        } else if (step.kind == Step::Kind::set_history) {
            router_.set_history(step.first, step.history);
        } else if (step.kind == Step::Kind::set_storage) {
            router_.set_storage(step.first, step.second);
        } else if (step.kind == Step::Kind::restart) {
            router_.restart(step.first);
        } else {
            router_.close_realm(step.first);
        }
    }
    std::string finish() override {
        for (const auto& [session, connection] : connections_) router_.drop(connection);
        for (const Uri& realm : realms_) {
            if (auto left = text_of(router_.counts(realm)); !left.empty()) return left;
        }
        return {};
    }

  private:
    PureRouter router_;
    Encoding encoding_;
    std::set<Uri> realms_;
    std::map<std::string, PureRouter::ConnectionId> connections_;
};

}  // namespace

std::unique_ptr<Driver> make_pure_driver(const Script& script, Encoding encoding) {
    return std::make_unique<PureDriver>(script, encoding);
}

}  // namespace kreisel::scenario
