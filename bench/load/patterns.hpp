#pragma once
// Pattern subscriptions for the scenarios of publishing: a few that take bench.topic.0, and as many
// as wanted that look alike and do not.

#include "bench/load/login.hpp"

#include <cstddef>
#include <memory>

namespace kreisel::load {

/// The first is 1; they take turns between prefix and wildcard and all take `bench.topic.0`.
[[nodiscard]] Subscribe matching_pattern(std::size_t number);

/// A session that holds `count` patterns, prefixes and wildcards in turn, none of which takes
/// `bench.topic.0`. Throws if that takes over a minute.
[[nodiscard]] std::unique_ptr<Session> hold_patterns(Poller& poller,
                                                     const SessionSettings& settings,
                                                     std::size_t count);

}  // namespace kreisel::load
