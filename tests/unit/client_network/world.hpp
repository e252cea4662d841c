#pragma once
// What the tests of broken networks share: a router, its port, and a tally of what was asked.

#include "tests/unit/client/testing.hpp"
#include "tests/unit/client_network/proxy.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace kreisel::client::network {

/// Operations under way, each of which must end once. Any thread.
class Tally {
  public:
    struct Entry {
        std::string name;
        int endings = 0;
        std::optional<Error> error{};
    };

    /// The callback of one more operation.
    [[nodiscard]] auto expect(std::string name) {
        const std::lock_guard guard(state_->mutex);
        state_->entries.push_back({std::move(name)});
        return [state = state_, index = state_->entries.size() - 1](auto outcome) {
            const std::lock_guard inner(state->mutex);
            Entry& entry = state->entries[index];
            ++entry.endings;
            if (!outcome) entry.error = outcome.error();
            state->changed.notify_all();
        };
    }
    /// Fails the test if one of them does not end.
    void wait() {
        std::unique_lock lock(state_->mutex);
        const bool have_ended = state_->changed.wait_for(lock, patience, [this] {
            return std::all_of(state_->entries.begin(), state_->entries.end(),
                               [](const Entry& entry) { return entry.endings > 0; });
        });
        for (const Entry& entry : state_->entries) {
            BOOST_TEST(entry.endings > 0, entry.name << " never ended");
        }
        BOOST_REQUIRE(have_ended);
    }
    [[nodiscard]] std::vector<Entry> entries() const {
        const std::lock_guard guard(state_->mutex);
        return state_->entries;
    }

  private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<Entry> entries;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// The states that a session went through, and why. Any thread.
class States {
  public:
    struct Entry {
        SessionState state;
        std::string why;
    };

    [[nodiscard]] auto handler() const {
        return [log = log_](SessionState state, const Error* why) {
            const std::lock_guard guard(log->mutex);
            log->entries.push_back({state, why == nullptr ? "" : why->what()});
        };
    }
    [[nodiscard]] std::vector<Entry> entries() const {
        const std::lock_guard guard(log_->mutex);
        return log_->entries;
    }
    [[nodiscard]] std::size_t count(SessionState state) const {
        const auto all = entries();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [state](const Entry& entry) { return entry.state == state; }));
    }
    [[nodiscard]] bool is(SessionState state) const {
        const auto all = entries();
        return !all.empty() && all.back().state == state;
    }
    [[nodiscard]] std::string why_last() const { return entries().back().why; }

  private:
    struct Log {
        std::mutex mutex;
        std::vector<Entry> entries;
    };
    std::shared_ptr<Log> log_ = std::make_shared<Log>();
};

/// A procedure that never answers, as long as this lives.
class Silence {
  public:
    [[nodiscard]] auto handler() const {
        return [kept = kept_](const Rest&, const Responder<int>& responder) {
            const std::lock_guard guard(kept->mutex);
            kept->responders.push_back(responder);
        };
    }

  private:
    struct Kept {
        std::mutex mutex;
        std::vector<Responder<int>> responders;
    };
    std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

/// One of each operation, told to `tally`; what must live on with them is returned.
struct Pending {
    ResultStream<int> stream;
    Exchange<int> exchange;
};
[[nodiscard]] inline Pending begin_everything(const Session& session, Tally& tally) {
    const auto nothing = [](const Rest&) {};
    session.call<int>("com.example.silence", 1, tally.expect("call"));
    session.publish({"com.example.tick", with::acknowledge()}, 1, tally.expect("publish"));
    session.subscribe("com.example.more", nothing, tally.expect("subscribe"));
    session.provide("com.example.more", nothing, tally.expect("provide"));
    Pending pending{session.stream<int>("com.example.silence"),
                    session.exchange<int>("com.example.silence", 1)};
    pending.stream.next(tally.expect("next of a stream"));
    pending.exchange.next(tally.expect("next of an exchange"));
    return pending;
}

}  // namespace kreisel::client::network
