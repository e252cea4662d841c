#pragma once
// SASLprep (RFC 4013), which SCRAM applies to a password before it derives keys from it, so that
// the same letters typed on two keyboards are the same password. Pure; any thread.
//
// Spaces of every kind become U+0020 and invisible marks vanish. Of the rest it takes what
// normalisation leaves as it is: ASCII, and the letters of Latin, Greek, Cyrillic, Armenian,
// Georgian, kana, Han and Hangul in their usual, composed form. Whatever would need the tables of
// Unicode (combining marks, compatibility forms, scripts from right to left) is refused rather than
// hashed to a key that another implementation would not find.

#include <optional>
#include <string>
#include <string_view>

namespace kreisel {

/// `text`, UTF-8, as SASLprep leaves it; nothing if it is refused.
[[nodiscard]] std::optional<std::string> saslprep(std::string_view text);

}  // namespace kreisel
