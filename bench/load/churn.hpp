#pragma once
// Churn: clients that come and go at a given rate, and leave in every way a client can leave: with
// GOODBYE, without a word, with RST, with subscriptions, registrations and calls still open, or in
// the middle of the handshake. Used by bench_load and by the memory test in tests/soak.
//
// One thread. A polite visitor that is refused, cut off or kept waiting for half a minute ends the
// run with std::runtime_error: a router that sheds its load is not measured as if it carried it.

#include "bench/load/histogram.hpp"
#include "bench/load/login.hpp"
#include "common/base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::load {

/// How a visit ends.
enum class Departure : std::uint8_t {
    goodbye,             ///< subscribes, then GOODBYE and the close of the wire
    silent_close,        ///< with a subscription and a registration, by a plain close
    reset_with_entries,  ///< the same by RST
    reset_as_caller,     ///< with a call under way to somebody who never answers, by RST
    close_as_callee,     ///< with an invocation unanswered, by a plain close
    reset_after_hello,   ///< does not wait for WELCOME
    close_before_hello,  ///< handshake of the wire done, no HELLO
    reset_in_handshake,  ///< sends half of it
    reset_at_connect,    ///< sends nothing
};
inline constexpr std::size_t departure_count = 9;
[[nodiscard]] std::string_view to_text(Departure departure);

struct ChurnSettings {
    Target target;
    Encoding encoding = Encoding::json;
    std::string realm = "realm1";
    double rate = 1000.0;  ///< visits that begin in a second, as far as the machine keeps up
    double seconds = 10.0;
    std::uint64_t seed = 1;
    /// Who comes when so many are there waits until one has gone.
    std::size_t visitors_max = std::numeric_limits<std::size_t>::max();
};

struct ChurnReport {
    std::array<std::uint64_t, departure_count> visits{};
    double seconds = 0.0;
    Histogram login_latency;
    /// Most visitors at once.
    std::size_t at_once_max = 0;

    [[nodiscard]] std::uint64_t total() const;
};

class Churn {
  public:
    explicit Churn(const ChurnSettings& settings);
    ~Churn();

    /// Begins rate x seconds visits, evenly spread, and returns when the last visitor has left.
    [[nodiscard]] ChurnReport run();

  private:
    struct Visitor {
        Departure departure = Departure::goodbye;
        std::uint64_t number = 0;
        SteadyTime came;
        std::unique_ptr<Session> session;
        bool has_said_hello = false;
        bool has_finished = false;  ///< what follows is the end of the connection
    };

    void begin_visit(SteadyTime now);
    void on_readable(Session& session);
    void on_message(Visitor& visitor, const Message& message);
    void on_welcome(Visitor& visitor);
    void leave(Visitor& visitor);
    /// Lets those go who need no answer, forgets those who have gone.
    void sweep(SteadyTime now);
    [[noreturn]] void fail_visit(const Visitor& visitor, const std::string& what) const;

    ChurnSettings settings_;
    Poller poller_;
    SeededRandom random_;
    /// By the seed: the router may still hold the procedure of a churn that has just ended.
    std::string mute_procedure_;
    /// Registered for mute_procedure_; never answers.
    std::unique_ptr<Session> mute_;
    std::vector<std::unique_ptr<Visitor>> visitors_;
    std::vector<Visitor*> by_fd_;
    std::uint64_t begun_ = 0;
    ChurnReport report_;
};

}  // namespace kreisel::load
