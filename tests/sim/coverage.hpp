#pragma once
// Coverage: how often each thing happened in all runs, and which of those that must happen never
// did.

#include "common/wamp/messages.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace kreisel::sim {

class Coverage {
  public:
    void count(std::string_view group, std::string_view what) {
        const auto found = counts_.find(group);
        auto& counts = found == counts_.end() ? counts_[std::string(group)] : found->second;
        const auto place = counts.find(what);
        if (place == counts.end()) {
            counts.emplace(what, 1);
        } else {
            ++place->second;
        }
    }
    /// A message that a client sent, with the policies it names.
    void count_sent(const Message& message);
    /// A message that the router sent.
    void count_received(const Message& message);
    void add(const Coverage& other);

    /// A table for people.
    [[nodiscard]] std::string text() const;
    /// One line for each thing that had to happen and did not.
    [[nodiscard]] std::string missing() const;

  private:
    std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> counts_;
};

}  // namespace kreisel::sim
