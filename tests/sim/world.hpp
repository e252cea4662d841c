#pragma once
// World: the realm and its gates, simulated clients with slow links, and the model beside them. It
// runs operations and throws Fault at the first disagreement.
//
// Links are FIFO queues: what a client sends waits until it is pumped into the router, what the
// router sends waits until it is delivered.

#include "router/access/handshake.hpp"
#include "router/access/ingress.hpp"
#include "router/core/realm.hpp"
#include "tests/sim/client.hpp"
#include "tests/sim/coverage.hpp"
#include "tests/sim/mix.hpp"
#include "tests/sim/model.hpp"
#include "tests/sim/operation.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kreisel::sim {

class World {
  public:
    /// The seed chooses the realm's settings and the router's random numbers. `trace` is told every
    /// message, if set.
    World(std::uint64_t seed, Coverage& coverage, std::function<void(const std::string&)> trace);

    void run(const Operation& operation);
    /// Everybody answers what is left, then leaves; all tables must be empty.
    void end();

  private:
    struct Peer {
        enum class State { joined, leaving, gone };
        Actor actor = 0;
        State state = State::joined;
        PeerRef ref;
        std::unique_ptr<Ingress> ingress;
        Client client;
        std::deque<Message> inbound;
        std::deque<ParcelPtr> outbound;
        SessionInfo info;
        std::uint64_t next_request = 1;
        bool is_silent = false;  ///< the client said GOODBYE or ABORT

        Peer(ClientRoles roles, bool has_order) : client(roles, has_order) {}
    };

    // Log-in (world_join.cpp)
    void join(const Operation& operation);
    void bad_login(const Operation& operation);
    [[nodiscard]] HandshakeStep log_in(Handshake& handshake, const Message& message);
    void swap_access(std::uint32_t version);

    // What clients say (world_clients.cpp)
    void act(const Operation& operation);
    [[nodiscard]] std::optional<Message> make_message(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_publish(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_call(Peer& peer, const Operation& operation);
    [[nodiscard]] std::optional<Message> make_part(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_register(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_stray_answer(Peer& peer, const Operation& operation);
    [[nodiscard]] std::optional<Message> make_answer(Peer& peer, const Operation& operation);
    // What they ask of the router (world_meta.cpp)
    [[nodiscard]] Message make_kill(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_revocation(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_testament(Peer& peer, const Operation& operation);
    [[nodiscard]] Message make_second_call(Peer& peer);
    [[nodiscard]] Message make_violation(Peer& peer, const Operation& operation);
    [[nodiscard]] RequestId take_request(Peer& peer) { return RequestId{peer.next_request++}; }
    void say(Actor actor, Message message);

    // What the router does (world.cpp)
    [[nodiscard]] std::optional<Actor> choose(std::uint32_t die) const;
    void pump(Actor actor, std::size_t count);
    void process(Actor actor, Message message);
    /// The gate's part; the message if it was admitted.
    [[nodiscard]] std::optional<Message> pass_gate(Actor actor, Message message);
    void leave(Actor actor);
    void drop(Actor actor);
    void swap_permissions(const Operation& operation);
    void pass_time(Duration time);
    void refuse_invocation(const Operation& operation);
    void deliver(Actor actor, std::size_t count);
    void pump_all();
    /// Compares the effects with what is expected, puts them on the links, clears both.
    void settle();
    void settle_one(const Effect& effect, Actor to);
    void note_answer(Actor to, const Message& answer);
    void compare_counts() const;
    [[nodiscard]] const RealmAccessPtr& open_realm() const;
    [[nodiscard]] Stamp take_stamp(const Peer& peer) { return {peer.actor, next_number_++}; }
    [[nodiscard]] Peer& peer(Actor actor) { return *peers_.at(actor); }
    void tell(const std::string& line) const {
        if (trace_) trace_(line);
    }

    Coverage& coverage_;
    std::function<void(const std::string&)> trace_;
    bool has_strict_ids_;
    bool has_strict_uris_;
    Mix mix_;
    SeededRandom random_;
    AccessSnapshotPtr access_;
    std::unique_ptr<Realm> realm_;
    Model model_;
    Effects effects_;
    Expectations expected_;
    std::uint32_t version_ = 0;
    TimePoint now_{};
    std::uint64_t next_number_ = 1;
    std::vector<std::unique_ptr<Peer>> peers_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Actor> actors_;
};

}  // namespace kreisel::sim
