#pragma once
// Arguments: C++ values as the args and kwargs of a message, and back.
//
//     Payload payload = make_arguments(Encoding::msgpack, 7, "home", kwargs(Options{...}));
//     auto read = read_arguments<int, std::string, Kwargs<Options>>(payload);
//     if (!read) return read.error().text();   // argument 2: expected text, got 5
//     auto& [number, name, options] = *read;
//
// Written straight into the octets of a payload and read straight from them. Any thread.

#include "client/values/dynamic.hpp"
#include "client/values/mismatch.hpp"
#include "client/values/traits.hpp"
#include "common/codec/format.hpp"
#include "common/wamp/messages.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client {

/// Types that are a dict on the wire: maps with text as keys, Dict, structs of KREISEL_STRUCT.
template <class T>
concept DictLike = Encodable<T> && requires(const T& value) {
    { ValueTraits<T>::entry_count(value) } -> std::convertible_to<std::size_t>;
};

/// A parameter that takes the kwargs as a whole, at any place among the others.
///
///     [](int id, Kwargs<Options> options) { return options->limit; }
template <class T>
struct Kwargs {
    T value;  ///< what they became

    /// The value.
    [[nodiscard]] const T& operator*() const { return value; }
    /// Into the value.
    [[nodiscard]] const T* operator->() const { return &value; }
};

/// All arguments that are left, as the last parameter; as an argument its values stand one by one.
struct Rest {
    List values;  ///< in their order
    bool operator==(const Rest&) const = default;
};

/// The last argument of a call or publication, whose entries become its kwargs; see kwargs().
template <class T>
struct KwargsArgument {
    T value;  ///< a dict
};

/// `value` as kwargs: `call("com.example.list", 7, kwargs(Options{.limit = 10}))`.
template <class T>
requires DictLike<std::decay_t<T>>
[[nodiscard]] KwargsArgument<std::decay_t<T>> kwargs(T&& value) { return {std::forward<T>(value)}; }
/// The same of a dict in braces: `kwargs({{"limit", 10}, {"sorted", true}})`.
[[nodiscard]] inline KwargsArgument<Dict> kwargs(Dict value) { return {std::move(value)}; }

namespace detail {

template <class T>
inline constexpr bool is_kwargs_argument = false;
template <class T>
inline constexpr bool is_kwargs_argument<KwargsArgument<T>> = true;

template <class T>
inline constexpr bool is_kwargs = false;
template <class T>
inline constexpr bool is_kwargs<Kwargs<T>> = true;

template <class T>
[[nodiscard]] std::size_t argument_count(const T& value) {
    if constexpr (std::same_as<T, Rest>) return value.values.size();
    return is_kwargs_argument<T> ? 0 : 1;
}
template <class T>
[[nodiscard]] std::size_t kwargs_count(const T& value) {
    if constexpr (is_kwargs_argument<T>) {
        return ValueTraits<decltype(value.value)>::entry_count(value.value);
    }
    return 0;
}
template <class T, class Sink>
void write_argument(const T& value, Sink& sink) {
    if constexpr (std::same_as<T, Rest>) {
        for (const Value& each : value.values) write_value(each, sink);
    } else if constexpr (!is_kwargs_argument<T>) {
        write_value(value, sink);
    }
}
/// Throws Error if a key stands twice in `kwargs`, for which a router would end the session.
void check_keys(const Dict& kwargs);
template <class T, class Sink>
void write_kwargs(const T& value, Sink& sink) {
    if constexpr (is_kwargs_argument<T>) {
        if constexpr (std::same_as<T, KwargsArgument<Dict>>) check_keys(value.value);
        write_value(value.value, sink);
    }
}

}  // namespace detail

/// What may stand among the arguments of a call or publication.
template <class T>
concept Argument = Encodable<T> || std::same_as<std::decay_t<T>, Rest> ||
    detail::is_kwargs_argument<std::decay_t<T>>;

/// `arguments` as a payload in `encoding`. Throws Error if they cannot be sent: text that is no
/// UTF-8, a value of an enum without a name, a time beyond the year 9999, a key twice in kwargs.
template <Argument... T>
[[nodiscard]] Payload make_arguments(Encoding encoding, const T&... arguments) {
    static_assert((std::size_t{0} + ... + (detail::is_kwargs_argument<T> ? 1U : 0U)) <= 1,
                  "kwargs() stands once");
    const std::size_t count = (std::size_t{0} + ... + detail::argument_count(arguments));
    const std::size_t named = (std::size_t{0} + ... + detail::kwargs_count(arguments));
    Payload payload;
    payload.encoding = encoding;
    if (count == 0 && named == 0) return payload;
    payload.elements = named == 0 ? 1 : 2;
    ByteWriter out;
    with_writer(encoding, out, [&](auto& writer) {
        writer.on_list_begin(count);
        (detail::write_argument(arguments, writer), ...);
        writer.on_list_end();
        if (named != 0) (detail::write_kwargs(arguments, writer), ...);
    });
    payload.bytes = std::move(out).take();
    return payload;
}

/// What becomes of more arguments than there are parameters. A procedure refuses them, a
/// subscriber ignores them.
enum class Surplus : std::uint8_t { refused, ignored };

namespace detail {

/// Reads the values of one payload in their order: arguments, then kwargs.
class PayloadReader {
  public:
    /// `noun` names a value in the path of a mismatch: `argument` or `result`.
    PayloadReader(const Payload& payload, std::string_view noun);

    /// The next argument. Only an optional may be missing.
    template <class T>
    [[nodiscard]] bool read(T& value) {
        ++place_;
        if (has_next()) return read_value(in_, value) || at_place();
        if (is_missing_fine(value)) return true;
        in_.missing<T>();
        return at_place();
    }
    [[nodiscard]] bool read(Rest& rest);
    /// The kwargs, or an empty dict without them; after the last argument and finish().
    template <class T>
    [[nodiscard]] bool read(Kwargs<T>& kwargs) {
        if (has_kwargs_) return read_value(in_, kwargs.value) || at_kwargs(in_);
        Cursor nothing(Encoding::msgpack, empty_dict);
        ValueReader none(nothing, 0);
        if (read_value(none, kwargs.value)) return true;
        in_.mismatch_noted() = std::move(none.mismatch_noted());
        return at_kwargs(in_);
    }
    /// Leaves the arguments.
    [[nodiscard]] bool finish(Surplus surplus);

    [[nodiscard]] Mismatch take_mismatch() { return std::move(in_.mismatch_noted()); }

  private:
    [[nodiscard]] bool has_next() {
        if (is_over_) return false;
        is_over_ = !cursor_.next(entries_);
        return !is_over_;
    }
    template <class T>
    [[nodiscard]] static bool is_missing_fine(const T&) {
        return false;
    }
    template <class T>
    [[nodiscard]] static bool is_missing_fine(std::optional<T>& value) {
        value.reset();
        return true;
    }
    /// Always false.
    bool at_place();
    static bool at_kwargs(ValueReader& in);

    /// In MessagePack: kwargs that nobody sent.
    static constexpr std::array<std::uint8_t, 1> empty_dict = {0x80};

    Cursor cursor_;
    ValueReader in_;
    std::string_view noun_;
    Cursor::Entries entries_;
    bool is_over_ = false;
    bool has_kwargs_ = false;
    std::size_t place_ = 0;
};

/// Reads what is no kwargs; true for kwargs, whose turn comes later.
template <class T>
[[nodiscard]] bool read_positional(PayloadReader& reader, T& value) {
    if constexpr (is_kwargs<T>)
        return true;
    else
        return reader.read(value);
}
template <class T>
[[nodiscard]] bool read_named(PayloadReader& reader, T& value) {
    if constexpr (is_kwargs<T>)
        return reader.read(value);
    else
        return true;
}

template <class... T>
[[nodiscard]] tl::expected<std::tuple<T...>, Mismatch> read_all(const Payload& payload,
                                                                std::string_view noun,
                                                                Surplus surplus) {
    static_assert((std::size_t{0} + ... + (is_kwargs<T> ? 1U : 0U)) <= 1, "one Kwargs<T> at most");
    tl::expected<std::tuple<T...>, Mismatch> values;
    PayloadReader reader(payload, noun);
    const bool is_read = std::apply(
        [&reader, surplus](auto&... value) {
            return (read_positional(reader, value) && ...) && reader.finish(surplus) &&
                   (read_named(reader, value) && ...);
        },
        *values);
    if (!is_read) values = tl::unexpected<Mismatch>(reader.take_mismatch());
    return values;
}

}  // namespace detail

/// What a handler may ask for: a value, Kwargs<T> or, as the last, Rest.
template <class T>
concept Parameter = Decodable<T> || std::same_as<T, Rest> || detail::is_kwargs<T>;

/// The args of `payload` as a T each, and its kwargs if one of them is a Kwargs<T>.
template <Parameter... T>
[[nodiscard]] tl::expected<std::tuple<T...>, Mismatch> read_arguments(
    const Payload& payload, Surplus surplus = Surplus::refused) {
    return detail::read_all<T...>(payload, "argument", surplus);
}

}  // namespace kreisel::client
