#pragma once
// Pattern: what a scenario text says about a value: JSON with bare words for URIs, `$name` for ids
// that are bound at first sight and compared afterwards, `*` for anything and `...` for "and
// others" in lists and dictionaries. A pattern without wildcards can be sent, any can be expected.
//
// Owned by the script; used by one thread. `0x00ff` is a byte string.

#include "common/wamp/value.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::scenario {

/// A text that says something the language does not know, or a peer's bytes that are none.
class TextError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Values by `$name`.
using Bindings = std::map<std::string, Value, std::less<>>;

struct Pattern {
    enum class Kind { value, any, variable, list, dict };
    Kind kind = Kind::any;
    Value value;                    ///< of a scalar
    std::string name;               ///< of a variable
    bool is_word = false;           ///< written without quotes
    bool is_open = false;           ///< list or dict with `...`
    std::vector<std::string> keys;  ///< of a dict, one for each element
    std::vector<Pattern> elements;  ///< of a list or dict
};

/// One pattern from the front of `text`, which is cut.
[[nodiscard]] Pattern parse_pattern(std::string_view& text);
/// The elements of a message behind its type, until the end of the text. A last `...` opens it.
[[nodiscard]] Pattern parse_elements(std::string_view text);
/// A JSON text, by the rules of JSON only.
[[nodiscard]] Value parse_json(std::string_view text);

/// The value of a pattern that is to be sent; throws TextError for a wildcard or unbound name.
[[nodiscard]] Value instantiate(const Pattern& pattern, const Bindings& bindings);
/// Whether `value` fits; new names are bound, also when it does not fit in the end.
[[nodiscard]] bool fits(const Pattern& pattern, const Value& value, Bindings& bindings);

/// For people: JSON with `0x..` for bytes.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace kreisel::scenario
