#pragma once
// Value, List and Dict: what is known only when it comes, as a tree.
//
//     Value any = ...;
//     if (const auto* text = any.get_if<std::string>()) ...
//
// A List is a vector of Values, whose traits stand in containers.hpp.

#include "client/values/containers.hpp"
#include "client/values/scalars.hpp"
#include "client/values/texts.hpp"
#include "common/wamp/value.hpp"

#include <cstddef>
#include <string>
#include <variant>

namespace kreisel::client {

namespace detail {

[[nodiscard]] Value read_any(Cursor& cursor);
[[nodiscard]] Dict read_any_dict(Cursor& cursor);

}  // namespace detail

/// Anything at all.
template <>
struct ValueTraits<Value> {
    static std::string name() { return "a value"; }
    template <class Sink>
    static void write(const Value& value, Sink& sink) {
        std::visit([&sink](const auto& inner) { write_value(inner, sink); }, value.data());
    }
    static bool read(ValueReader& in, Value& value) {
        value = detail::read_any(in.cursor());
        return true;
    }
};

/// Any dict.
template <>
struct ValueTraits<Dict> {
    static std::string name() { return "a dictionary"; }
    static std::size_t entry_count(const Dict& dict) { return dict.size(); }
    template <class Sink>
    static void write(const Dict& dict, Sink& sink) {
        sink.on_dict_begin(dict.size());
        for (const DictEntry& entry : dict) {
            sink.on_key(detail::sendable(entry.key));
            write_value(entry.value, sink);
        }
        sink.on_dict_end();
    }
    static bool read(ValueReader& in, Dict& dict) {
        if (in.cursor().peek() != ElementKind::dict) return in.mismatch<Dict>();
        dict = detail::read_any_dict(in.cursor());
        return true;
    }
};

}  // namespace kreisel::client
