#pragma once
// URI rules of WAMP: loose and strict, with and without empty components
// (rfc/text/basic/building_blocks: URIs). Pure functions over UTF-8 text.

#include <cstdint>
#include <string>
#include <string_view>

namespace kreisel {

using Uri = std::string;

enum class UriRule : std::uint8_t {
    loose,   ///< components of anything but white space, '.' and '#'
    strict,  ///< components of [0-9a-z_]
};

enum class EmptyComponents : std::uint8_t {
    none,     ///< exact topics and procedures
    last,     ///< prefixes: "com.example." too
    anywhere  ///< wildcards: "com..created"
};

[[nodiscard]] bool is_valid_uri(std::string_view uri, UriRule rule, EmptyComponents empty);

/// True for `wamp` and everything below `wamp.`, which belong to the protocol.
[[nodiscard]] bool is_reserved_uri(std::string_view uri);

}  // namespace kreisel
