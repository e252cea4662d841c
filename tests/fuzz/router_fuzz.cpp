// The whole router in this process: its listener, shard, connections, outboxes and realm, over a
// unix socket. A (RawSocket) and B (WebSocket) have joined, C is a stranger on RawSocket. The input
// is lines, the first octet says what happens:
//     A[48,#,{},"com.x"]    a message of A; # is its next request id, $ the last id of a
//                           subscription or registration
//     a..., b..., c...      octets into that connection as they are
//     X, Y, Z               A, B or C is cut off and comes back
// Who speaks is heard out before somebody else does. A watcher that does nothing wrong is served
// all the while, and in the end is alone with empty tables.
#include "common/base/check.hpp"
#include "common/base/log.hpp"
#include "router/config/config.hpp"
#include "router/server/router.hpp"
#include "tests/fuzz/patterns.hpp"
#include "tests/fuzz/socket_peer.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;
using fuzz::SocketPeer;
using Transport = SocketPeer::Transport;

constexpr std::size_t lines_max = 100;
constexpr std::size_t size_max = 32U << 10U;

/// Runs from the first input to the end of the process.
class RunningRouter {
  public:
    RunningRouter() {
        log_setup(LogLevel::off, LogFormat::text);
        std::string pattern = (std::filesystem::temp_directory_path() / "kreisel-fuzz-XXXXXX");
        CHECK(::mkdtemp(pattern.data()) != nullptr, "there is a folder for the socket");
        folder_ = pattern;
        const std::string text = "shards: 1\nlisteners: [{address: 'unix:" + path() + R"('}]
limits: {message_bytes_max: 16KiB, hello_bytes_max: 4KiB, subscriptions_per_session: 6,
         registrations_per_session: 6, pending_calls_per_session: 6,
         waiting_calls_per_registration: 2, retained_topics: 3}
realms:
  - name: realm1
    history: [{uri: com.kept, match: prefix, events_max: 4}]
    roles: [{name: guest, permissions: [
      {uri: '', match: prefix, allow: [publish, subscribe, call, register]}]}]
    authentication: {anonymous_role: guest}
)";
        auto config = parse_config(text, "fuzz.yaml");
        CHECK(config.has_value(), "the configuration is right");
        router_ = std::make_unique<Router>(std::move(*config));
        CHECK(router_->start().has_value(), "the router starts");
    }
    ~RunningRouter() {
        router_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] std::string path() const { return folder_ + "/socket"; }

  private:
    std::string folder_;
    std::unique_ptr<Router> router_;
};

class Play {
  public:
    explicit Play(const std::string& path) : path_(path) {
        for (std::size_t i = 0; i < peers_.size(); ++i) connect(i);
    }

    void line(std::string_view text) {
        const char what = text.front();
        text.remove_prefix(1);
        if (what >= 'X' && what <= 'Z') return connect(std::size_t(what - 'X'));
        const bool is_message = what >= 'A' && what <= 'C';
        if (!is_message && (what < 'a' || what > 'c')) return;
        const auto index = static_cast<std::size_t>((what | 0x20) - 'a');
        if (index != speaker_) peers_[speaker_]->synchronize();
        speaker_ = index;
        if (is_message) {
            peers_[index]->send(text);
        } else {
            peers_[index]->send_octets(text);
        }
        for (const auto& peer : peers_) peer->read();
    }

    void finish() {
        for (const auto& peer : peers_) peer->synchronize();
        for (auto& peer : peers_) peer.reset();
    }

  private:
    void connect(std::size_t index) {
        peers_[index].reset();
        peers_[index] = std::make_unique<SocketPeer>(
            path_, index == 1 ? Transport::websocket : Transport::rawsocket);
        if (index < 2) peers_[index]->join();
    }

    std::string path_;
    std::array<std::unique_ptr<SocketPeer>, 3> peers_;
    std::size_t speaker_ = 0;
};

void check_empty(SocketPeer& watcher) {
    // Ends are noticed one after the other; each question is a turn of the shard.
    constexpr int turns_max = 100'000;
    int turns = 0;
    while (watcher.ask("wamp.session.count").to_uint() != 1) {
        CHECK(++turns < turns_max, "those who have gone are forgotten");
    }
    for (const char* procedure : {"wamp.registration.list", "wamp.subscription.list"}) {
        const Value lists = watcher.ask(procedure);
        for (const DictEntry& entry : *lists.get_if<Dict>()) {
            // The subscription that history hangs on is there without anybody.
            const bool is_history =
                std::string_view(procedure) == "wamp.subscription.list" && entry.key == "prefix";
            CHECK(entry.value.get_if<List>()->size() <= (is_history ? 1U : 0U),
                  "nothing of them is left");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const RunningRouter router;
    if (size > size_max) return 0;
    SocketPeer watcher(router.path(), Transport::rawsocket);
    watcher.join();
    Play play(router.path());
    fuzz::for_each_line(data, size, lines_max, [&play](std::string_view text) { play.line(text); });
    play.finish();
    check_empty(watcher);
    return 0;
}
