#pragma once
// Parsers of single lines of a scenario text; script.cpp puts them together.

#include "tests/scenario/lib/script.hpp"

#include <string_view>
#include <vector>

namespace kreisel::scenario {

[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);
/// The value of `key=value` among `words`, or `otherwise`.
[[nodiscard]] std::string option_of(const std::vector<std::string_view>& words,
                                    std::string_view key, std::string_view otherwise);

/// `prefix com.a allow=call,publish disclose=never` (words from the match policy on).
[[nodiscard]] PermissionRule parse_rule(const std::vector<std::string_view>& words);
/// `realm NAME strict relaxed_ids no_anonymous anonymous=ROLE subscriptions=N ...`
/// `prefix com.example. events=10 bytes=4096`
[[nodiscard]] HistoryRule parse_history(const std::vector<std::string_view>& words);
[[nodiscard]] RealmSetting parse_realm(const std::vector<std::string_view>& words);
/// `subscriber caller+call_canceling realm=..`; adds the user that `role=` or `authid=` needs.
[[nodiscard]] SessionSetting parse_session(std::string_view name,
                                           const std::vector<std::string_view>& words,
                                           std::vector<RealmSetting>& realms);
/// The rest of `A> ...` and `A< ...`.
void parse_send(std::string_view rest, Step& step);
void parse_expect(std::string_view rest, Step& step);

}  // namespace kreisel::scenario
