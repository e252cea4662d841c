// The driver that runs a scenario against a real router (network_driver.hpp).

#include "tests/scenario/lib/network_session.hpp"

#include <map>
#include <thread>

namespace kreisel::scenario {

Wiring parse_wiring(const std::string& text) {
    const auto colon = text.find(':');
    const std::string wire = text.substr(0, colon);
    const std::string encoding = colon == std::string::npos ? "" : text.substr(colon + 1);
    Wiring wiring;
    if (wire == "raw") {
        wiring.framing = Framing::rawsocket;
    } else if (wire == "batched") {
        wiring.framing = Framing::websocket_batched;
    } else if (wire != "ws") {
        throw TextError("unknown wire " + wire + "; ws, batched and raw are known");
    }
    for (const auto known : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
        if (to_text(known) != encoding) continue;
        wiring.encoding = known;
        return wiring;
    }
    throw TextError("unknown encoding " + encoding);
}

namespace {

class NetworkDriver final : public Driver {
  public:
    explicit NetworkDriver(NetworkPlace place) : place_(std::move(place)) {}

    void connect(const std::string& session) override {
        sessions_[session] = std::make_unique<NetworkSession>(place_);
    }
    void send(const std::string& session, const Value& message) override {
        sessions_.at(session)->send(message);
    }
    void send_bytes(const std::string& session, const std::string& bytes) override {
        sessions_.at(session)->send_bytes(bytes);
    }
    void drop(const std::string& session) override {
        sessions_.at(session)->drop();
        sessions_.erase(session);
    }
    Incoming next(const std::string& session, Wait wait) override {
        NetworkSession& wanted = *sessions_.at(session);
        if (wait == Wait::until_settled) settle(wanted);
        return wanted.next(wait);
    }
    void wait(Duration duration) override { std::this_thread::sleep_for(duration); }
    void control(const Step& /*step*/) override {
        throw TextError("`!` works in a pure text only");
    }
    std::string finish() override {
        for (auto& [name, session] : sessions_) session->drop();
        sessions_.clear();
        return {};
    }

  private:
    /// What the others sent has had its effects before the wanted session's own fence returns.
    void settle(NetworkSession& wanted) {
        for (auto& [name, session] : sessions_) {
            if (session.get() != &wanted && session->has_unfenced()) session->fence();
        }
        wanted.fence();
    }

    NetworkPlace place_;
    std::map<std::string, std::unique_ptr<NetworkSession>> sessions_;
};

}  // namespace

std::unique_ptr<Driver> make_network_driver(NetworkPlace place) {
    return std::make_unique<NetworkDriver>(std::move(place));
}

}  // namespace kreisel::scenario
