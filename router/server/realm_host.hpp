#pragma once
// RealmHost: makes the calls of one Realm serial, whichever shards they come from, and carries out
// its effects before the next input is handled.
//
// A combining inbox: whoever finds the realm idle handles what is there, in its own thread; others
// leave their input and go on. With one shard nothing is locked. Shared by the router and the
// connections that have joined.

#include "common/base/log.hpp"
#include "common/base/random.hpp"
#include "router/core/realm.hpp"
#include "router/server/shard.hpp"
#include "router/storage/event_writer.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kreisel {

class RealmHost : public std::enable_shared_from_this<RealmHost> {
  public:
    using Task = std::function<void(Realm&, Effects&)>;

    /// What the realm keeps goes to `stored.store`, if there is one.
    RealmHost(RealmOptions options, EventWriter::Opened stored, std::vector<Shard*> shards,
              std::uint64_t access_version);
    ~RealmHost();

    // --- any shard ---
    /// Adds the session; its WELCOME is sent by the same step. Refusals come back by
    /// PeerSession::on_join_refused on the connection's shard.
    void join(std::shared_ptr<Connection> connection, SessionInfo info);
    /// Handles the burst now (true) or takes it for later (false); `messages` is emptied or moved
    /// from.
    [[nodiscard]] bool submit(Connection& connection, std::vector<Message>& messages,
                              std::uint64_t access_version);
    void leave(std::shared_ptr<Connection> connection);
    /// The connection could not take an INVOCATION.
    void refuse_invocation(std::shared_ptr<Connection> callee, RequestId invocation,
                           std::string_view error);

    /// The connection has caught up after so many events were dropped for it.
    void tell_dropped(std::shared_ptr<Connection> connection, std::uint64_t events);
    /// The peer has answered a probe.
    void confirm_alive(std::shared_ptr<Connection> connection);
    /// Folds the callee's refused ids below its oldest pending invocation, soon.
    void ask_oldest_invocation(std::shared_ptr<Connection> callee);

    // --- any thread ---
    /// Calls a procedure of the realm for the router itself (Realm::ask). `on_answer` is run once,
    /// with a ResultMessage or an ErrorMessage, by a post to the shard that asks (to the first
    /// shard if none does): never before this returns, and also if the realm is removed meanwhile.
    void ask(Uri procedure, Payload payload, Duration timeout,
             std::function<void(Message)> on_answer);
    /// Runs `task` as one serial step.
    void run(Task task);
    /// New rules from now on; bursts admitted under older ones are judged again.
    void set_access(std::uint64_t version, PermissionsPtr permissions, const RealmLimits& limits);
    void set_history(std::vector<HistoryRule> rules);
    /// Level of this realm's sessions; nothing: the router's.
    void set_log_level(std::optional<LogLevel> level);
    [[nodiscard]] std::optional<LogLevel> log_level() const;

  private:
    struct Input {
        enum class Kind : std::uint8_t { join, burst, leave, refuse, task };
        Kind kind = Kind::task;
        std::shared_ptr<Connection> connection;
        std::unique_ptr<SessionInfo> info;
        std::vector<Message> messages;
        std::uint64_t access_version = 0;
        RequestId invocation;
        std::string_view error;
        Task task;
    };
    struct Member {
        std::shared_ptr<Connection> connection;
        Shard* shard = nullptr;
        std::uint32_t generation = 0;
    };
    struct Asked {
        Shard* shard = nullptr;
        std::function<void(Message)> on_answer;
    };
    struct Timer;

    /// Handles `input` now, or leaves it for the thread that is in the realm.
    void put(Input input);
    [[nodiscard]] bool enter_or_queue(Input& input);
    void drain();
    [[nodiscard]] bool next_batch();
    void tell_time();
    void handle(Input& input);
    void handle_join(Input& input);
    void handle_messages(Connection& connection, std::vector<Message>& messages,
                         std::uint64_t access_version);
    void apply_effects(Connection* source);
    void probe(PeerRef peer);
    void answer(const Answer& answer);
    void apply(const Effect& effect, PeerRef receiver, Connection* source);
    void hand_over();
    void pass_on();
    void arm_timer();
    [[nodiscard]] std::unique_lock<std::mutex> lock();

    SystemRandom random_;
    const std::shared_ptr<RealmStore> store_;  ///< nullptr: events are kept in memory
    Realm realm_;
    std::vector<Shard*> shards_;
    const bool is_single_;
    std::atomic<int> log_level_{-1};

    std::mutex mutex_;  ///< guards queue_ and is_busy_; not taken with one shard
    std::vector<Input> queue_;
    bool is_busy_ = false;

    // --- serial step only ---
    std::vector<Input> batch_;
    std::size_t batch_next_ = 0;
    Effects effects_;
    std::vector<Member> members_;                     ///< by slot
    std::vector<std::vector<Delivery>> outgoing_;     ///< by shard
    std::unordered_map<std::uint64_t, Asked> asked_;  ///< by token
    std::uint64_t last_token_ = 0;
    std::uint64_t access_version_ = 0;
    TimePoint armed_{};
    std::unique_ptr<Timer> timer_;
};

}  // namespace kreisel
