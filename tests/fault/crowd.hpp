#pragma once
// Crowd: thousands of sessions that come together, each with a subscription and a procedure of its
// own, and go at once. Those that are refused come again, as real clients do. One thread.
//
//     Crowd crowd(settings, 10'000);
//     crowd.gather(deadline);
//     crowd.scatter();

#include "bench/load/login.hpp"
#include "common/base/random.hpp"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace kreisel::fault {

class Crowd {
  public:
    Crowd(load::SessionSettings how, std::size_t size);

    /// Returns when everybody is in, throws std::runtime_error if the time is up before. At most
    /// `in_flight_max` of them come at the same time.
    void gather(load::SteadyTime deadline, std::size_t in_flight_max);
    /// Closes all connections without a word. May be called on another thread.
    void scatter();

    /// Attempts that were refused or cut off, in all.
    [[nodiscard]] std::size_t refusals() const { return refusals_; }

  private:
    struct Member {
        std::unique_ptr<load::Session> session;
        bool has_said_hello = false;
        bool is_in = false;
        load::SteadyTime next_attempt{};
    };

    void begin_attempts(std::size_t in_flight_max);
    void on_readable(load::Session& session);
    void on_message(std::size_t index, const Message& message);
    /// Those that were refused wait for 0.1 s to 0.5 s.
    void sweep();

    load::SessionSettings how_;
    SeededRandom random_{1};
    std::unique_ptr<load::Poller> poller_;
    std::vector<Member> members_;
    std::unordered_map<const load::Session*, std::size_t> places_;
    std::vector<std::size_t> ended_;
    std::size_t in_flight_ = 0;
    std::size_t in_count_ = 0;
    std::size_t refusals_ = 0;
};

}  // namespace kreisel::fault
