#pragma once
// Values that are one number or less: null, booleans, integers, floats, ids of WAMP, enums.
//
//     std::uint8_t     // an integer in [0, 255]; 7.0 is taken for 7, as many peers send it
//     double           // any number; float: any that it can hold
//     std::monostate   // null, as nullptr
//     enum class Mode { off, on };  // its number, or its name by KREISEL_ENUM (structs.hpp)
//
// What does not fit is a mismatch, never cut. Not a number and infinity are null in JSON, and null
// is no number. char and its wide brothers are neither text nor numbers here.

#include "client/values/traits.hpp"
#include "common/wamp/ids.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace kreisel::client {

/// The integers that are numbers and no characters.
template <class T>
concept PlainInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                       !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// An enum whose names KREISEL_ENUM gave.
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires {
    kreisel_enumerators(TypeTag<T>{});
};

namespace detail {

/// `an integer in [0, 255]`, without the range if it is that of 64 bits.
[[nodiscard]] std::string integer_name(std::int64_t min, std::uint64_t max);

/// The integer that follows, if it is one and fits.
template <PlainInteger T>
[[nodiscard]] bool read_integer(Cursor& cursor, T& value) {
    const auto number = [&cursor] {
        if constexpr (std::is_signed_v<T>)
            return cursor.read_int();
        else
            return cursor.read_uint();
    }();
    if (!number || !std::in_range<T>(*number)) return false;
    value = static_cast<T>(*number);
    return true;
}

}  // namespace detail

/// Nothing, as null.
template <>
struct ValueTraits<std::monostate> {
    static std::string name() { return "null"; }
    template <class Sink>
    static void write(std::monostate, Sink& sink) {
        sink.on_null();
    }
    static bool read(ValueReader& in, std::monostate&) {
        return in.cursor().read_null() || in.mismatch<std::monostate>();
    }
};

/// Null.
template <>
struct ValueTraits<std::nullptr_t> {
    static std::string name() { return "null"; }
    template <class Sink>
    static void write(std::nullptr_t, Sink& sink) {
        sink.on_null();
    }
    static bool read(ValueReader& in, std::nullptr_t& value) {
        value = nullptr;
        return in.cursor().read_null() || in.mismatch<std::nullptr_t>();
    }
};

/// A boolean.
template <>
struct ValueTraits<bool> {
    static std::string name() { return "a boolean"; }
    template <class Sink>
    static void write(bool value, Sink& sink) {
        sink.on_bool(value);
    }
    static bool read(ValueReader& in, bool& value) {
        const auto boolean = in.cursor().read_bool();
        if (!boolean) return in.mismatch<bool>();
        value = *boolean;
        return true;
    }
};

/// An integer in the range of its type.
template <PlainInteger T>
struct ValueTraits<T> {
    static std::string name() {
        return detail::integer_name(static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                                    static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
    }
    template <class Sink>
    static void write(T value, Sink& sink) {
        if (std::in_range<std::int64_t>(value)) {
            sink.on_int(static_cast<std::int64_t>(value));
        } else {
            sink.on_uint(static_cast<std::uint64_t>(value));
        }
    }
    static bool read(ValueReader& in, T& value) {
        return detail::read_integer(in.cursor(), value) || in.mismatch<T>();
    }
};

/// Any number.
template <>
struct ValueTraits<double> {
    static std::string name() { return "a number"; }
    template <class Sink>
    static void write(double value, Sink& sink) {
        sink.on_double(value);
    }
    static bool read(ValueReader& in, double& value) {
        const auto number = in.cursor().read_double();
        if (!number) return in.mismatch<double>();
        value = *number;
        return true;
    }
};

/// A number that a float can hold, rounded to the nearest.
template <>
struct ValueTraits<float> {
    static std::string name() { return "a number in the range of float"; }
    template <class Sink>
    static void write(float value, Sink& sink) {
        sink.on_double(static_cast<double>(value));
    }
    static bool read(ValueReader& in, float& value) {
        const auto number = in.cursor().read_double();
        if (number &&
            (!std::isfinite(*number) ||
             std::abs(*number) <= static_cast<double>(std::numeric_limits<float>::max()))) {
            value = static_cast<float>(*number);
            return true;
        }
        return in.mismatch<float>();
    }
};

/// An id of WAMP, as its integer.
template <class Tag>
struct ValueTraits<Id<Tag>> {
    static std::string name() { return "an id, an integer in [1, 9007199254740992]"; }
    template <class Sink>
    static void write(Id<Tag> id, Sink& sink) {
        sink.on_int(static_cast<std::int64_t>(id.value));
    }
    static bool read(ValueReader& in, Id<Tag>& id) {
        const auto number = in.cursor().read_uint();
        if (!number || !is_valid_id(*number)) return in.mismatch<Id<Tag>>();
        id = Id<Tag>(*number);
        return true;
    }
};

/// An enum without names: its number, any that its underlying type holds.
template <class T>
requires(std::is_enum_v<T> && !NamedEnum<T>) struct ValueTraits<T> {
    using Number = std::underlying_type_t<T>;

    static std::string name() { return ValueTraits<Number>::name(); }
    template <class Sink>
    static void write(T value, Sink& sink) {
        ValueTraits<Number>::write(static_cast<Number>(value), sink);
    }
    static bool read(ValueReader& in, T& value) {
        Number number{};
        if (!ValueTraits<Number>::read(in, number)) return false;
        value = static_cast<T>(number);
        return true;
    }
};

}  // namespace kreisel::client
