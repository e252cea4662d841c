#pragma once
// ValueTraits: how one C++ type is written to WAMP values and read from them. Specialise it for a
// type of your own that KREISEL_STRUCT does not fit:
//
//     template <>
//     struct kreisel::client::ValueTraits<Colour> {
//         static std::string name() { return "a colour, as #rrggbb"; }
//         static void write(const Colour& colour, ValueSink& sink) { sink.on_text(...); }
//         static bool read(ValueReader& in, Colour& colour) {
//             const auto text = in.cursor().read_text();
//             return (text && parse(*text, colour)) || in.mismatch<Colour>();
//         }
//     };
//
// What client/values brings along stands in values.hpp. Any thread.

#include "client/values/mismatch.hpp"
#include "common/codec/cursor.hpp"
#include "common/codec/sink.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kreisel::client {

class ValueReader;

/// `static void write(const T&, ValueSink&)`, `static bool read(ValueReader&, T&)` and
/// `static std::string name()`, which says what read() expects. A type may have only one of the
/// two ways.
template <class T>
struct ValueTraits;

/// The type whose traits stand for T: without reference and const, an array of char as const char*.
template <class T>
using Stored = std::decay_t<const std::remove_reference_t<T>&>;

/// Types that can be sent: those whose ValueTraits can write. Never true for handlers and for
/// completion tokens.
template <class T>
concept Encodable = requires(const Stored<T>& value, ValueSink& sink) {
    ValueTraits<Stored<T>>::write(value, sink);
};

/// Types that can be received: those whose ValueTraits can read.
template <class T>
concept Decodable = std::default_initializable<T> && requires(ValueReader& in, T& value) {
    { ValueTraits<T>::read(in, value) } -> std::same_as<bool>;
    { ValueTraits<T>::name() } -> std::convertible_to<std::string>;
};

/// A type as a value, to find functions of its namespace by.
template <class T>
struct TypeTag {};

/// A Cursor that notes why a value is not what was expected.
class ValueReader {
  public:
    /// `cursor` stands at the first value and outlives the reader; `size` is that of its octets.
    ValueReader(Cursor& cursor, std::size_t size)
        : cursor_(cursor),
          value_(cursor.mark()),
          retries_left_(size * retried_times + retried_octets) {}

    /// Where the value is read from.
    [[nodiscard]] Cursor& cursor() { return cursor_; }
    /// A place to come back to, by `cursor().rewind()` or try_again_from().
    [[nodiscard]] Cursor::Mark mark() const { return cursor_.mark(); }

    /// A value is read from here on: what a mismatch() without words then tells of.
    void begin_value() { value_ = cursor_.mark(); }

    /// Always false, for `return in.mismatch<T>()`: the value that was begun is no T.
    template <class T>
    bool mismatch() {
        if (!is_quiet()) note(ValueTraits<T>::name(), describe());
        return false;
    }
    /// The same with what came instead.
    template <class T>
    bool mismatch(std::string_view got) {
        if (!is_quiet()) note(ValueTraits<T>::name(), std::string(got));
        return false;
    }
    /// Always false: null would have done as well as what was noted, unless that lies deeper.
    bool or_null() {
        if (!is_quiet() && mismatch_.path.empty()) mismatch_.expected += " or null";
        return false;
    }
    /// A T was expected, and there is no value.
    template <class T>
    bool missing() {
        return mismatch<T>("nothing");
    }
    /// Always false: what was just noted lies within entry `index` of a list.
    bool within(std::size_t index) {
        if (!is_quiet()) mismatch_.prepend_index(index);
        return false;
    }
    /// Always false: what was just noted lies within the value of `key`.
    bool within(std::string_view key) {
        if (!is_quiet()) mismatch_.prepend_key(key);
        return false;
    }

    /// Reads without noting a mismatch, for one of several alternatives.
    template <class T>
    bool try_read(T& value) {
        ++quiet_;
        begin_value();
        const bool is_read = ValueTraits<T>::read(*this, value);
        --quiet_;
        return is_read;
    }
    /// Goes back to `mark` after a try. False if too much was read again and again: alternatives
    /// within alternatives would take a time that grows with the power of their depth.
    [[nodiscard]] bool try_again_from(Cursor::Mark mark);

    /// What was noted.
    [[nodiscard]] Mismatch& mismatch_noted() { return mismatch_; }

  private:
    /// Each octet may be read again as often as this, and a short payload this much.
    static constexpr std::size_t retried_times = 64;
    static constexpr std::size_t retried_octets = 4096;

    [[nodiscard]] bool is_quiet() const { return quiet_ != 0; }
    void note(std::string expected, std::string got);
    /// The value that was begun, for people. The cursor goes back to it.
    [[nodiscard]] std::string describe();

    Cursor& cursor_;
    Cursor::Mark value_;
    Mismatch mismatch_;
    unsigned quiet_ = 0;
    std::size_t retries_left_;
};

/// Tells `value` to `sink`, whose type may be a writer's.
template <class T, class Sink>
void write_value(const T& value, Sink& sink) {
    ValueTraits<Stored<T>>::write(value, sink);
}

/// Reads the value that follows; false if it is none, with the mismatch noted.
template <class T>
[[nodiscard]] bool read_value(ValueReader& in, T& value) {
    in.begin_value();
    return ValueTraits<T>::read(in, value);
}

}  // namespace kreisel::client
