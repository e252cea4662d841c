#pragma once
// What the three scanners find: the elements of one message's outer list, as kinds and spans, and
// no tree. The same for JSON, MessagePack and CBOR, so that everything behind the scanners exists
// once.
//
// A scanner (json_scan, msgpack_scan, cbor_scan) checks the whole message: grammar, declared
// lengths against the bytes that are there, nesting, UTF-8, and the keys of dictionaries:
//   - first dict of the outer list (options, details, extra): keys are text and unique at any
//   depth;
//   - later dicts of the outer list (kwargs): keys are text and unique at their top level;
//   - everywhere else: keys are text or scalars (see TRANSCODE.md), duplicates pass.
// What a scanner took, its reader and its dict decoder take too. Pure; any thread.

#include "common/base/result.hpp"
#include "common/wamp/errors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kreisel {

enum class ElementKind : std::uint8_t {
    null,
    boolean,
    integer,
    floating,
    text,
    binary,
    list,
    dict
};

/// One element of the outer list.
struct Element {
    static constexpr std::uint64_t no_number = UINT64_MAX;

    ElementKind kind = ElementKind::null;
    /// A list or dict without entries.
    bool is_empty = false;
    /// Text that stands in the message as it is; `text` is it. Else (JSON escapes, CBOR chunks)
    /// only the reader gets it.
    bool is_plain = false;
    /// Where it stands in the scanned bytes, header or quotes included.
    std::size_t offset = 0;
    std::size_t size = 0;
    /// Value of an integer >= 0, or of a float that is an integer in [0, 2^53].
    std::uint64_t number = no_number;
    /// Content of plain text.
    std::string_view text;
};

struct ScannedMessage {
    /// ERROR with args and kwargs is the longest; a scanner refuses more.
    static constexpr std::size_t elements_max = 7;

    std::array<Element, elements_max> elements;
    std::size_t count = 0;
    /// CBOR: the message holds what other clients cannot read (tag 64); it is to be rewritten.
    bool needs_rewrite = false;
};

/// Which rule holds for the keys of a dict.
enum class KeyRule : std::uint8_t {
    free,         ///< text or scalar, duplicates pass
    unique_here,  ///< text and unique; dicts within are free
    unique_whole  ///< text and unique, within too
};

/// The rule for dicts within.
[[nodiscard]] constexpr KeyRule rule_within(KeyRule rule) {
    return rule == KeyRule::unique_whole ? rule : KeyRule::free;
}

/// Scanners and readers recurse; no configuration lets them go deeper than this.
inline constexpr unsigned depth_limit = 512;

[[nodiscard]] constexpr unsigned bounded_depth(unsigned depth_max) {
    return std::min(depth_max, depth_limit);
}

/// The error of a scanner: `format` is "JSON", "MessagePack" or "CBOR".
[[nodiscard]] inline tl::unexpected<Error> malformed(std::string_view format, std::string_view what,
                                                     std::size_t offset) {
    std::string text(format);
    text += ": ";
    text += what;
    text += " at byte ";
    text += std::to_string(offset);
    return fail(uris::protocol_violation, std::move(text));
}

}  // namespace kreisel
