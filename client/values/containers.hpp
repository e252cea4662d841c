#pragma once
// Values made of others: lists, dicts, what may be missing, and one of several.
//
//     std::vector<T>, std::array<T, 3>             // a list; an array has just that many
//     std::tuple<int, std::string>, std::pair      // a list of just these
//     std::map<std::string, T>, std::unordered_map // a dict; of a key twice the last counts
//     std::optional<T>                             // null, or a T
//     std::variant<int, std::string>               // the first alternative that fits
//
// 2.0 fits an integer: put double in front of int if that matters.

#include "client/values/texts.hpp"
#include "client/values/traits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace kreisel::client {

namespace detail {

/// Room for entries that a peer only claims to send.
[[nodiscard]] inline std::size_t sensible(std::size_t count) {
    return std::min<std::size_t>(count, 256);
}

/// A list of just the types of a tuple-like.
template <class Tuple>
struct TupleTraits {
    static constexpr std::size_t size = std::tuple_size_v<Tuple>;
    using Indices = std::make_index_sequence<size>;

    static std::string name() { return "a list of " + std::to_string(size); }
    template <class Sink>
    static void write(const Tuple& tuple, Sink& sink) {
        sink.on_list_begin(size);
        std::apply([&sink](const auto&... values) { (write_value(values, sink), ...); }, tuple);
        sink.on_list_end();
    }

  protected:
    static bool read_list(ValueReader& in, Tuple& tuple) {
        auto entries = in.cursor().enter_list();
        if (!entries) return in.mismatch<Tuple>();
        if (!read_each(in, *entries, tuple, Indices{})) return false;
        std::size_t count = size;
        for (; in.cursor().next(*entries); ++count) in.cursor().skip();
        return count == size || wrong_size(in, count);
    }

  private:
    static bool wrong_size(ValueReader& in, std::size_t count) {
        return in.mismatch<Tuple>("a list of " + std::to_string(count));
    }
    template <std::size_t... index>
    static bool read_each(ValueReader& in, Cursor::Entries& entries, Tuple& tuple,
                          std::index_sequence<index...>) {
        return (read_one<index>(in, entries, tuple) && ...);
    }
    template <std::size_t index>
    static bool read_one(ValueReader& in, Cursor::Entries& entries, Tuple& tuple) {
        if (!in.cursor().next(entries)) return wrong_size(in, index);
        return read_value(in, std::get<index>(tuple)) || in.within(index);
    }
};

/// A dict whose keys are the strings of a map.
template <class Map>
struct MapTraits {
    using Mapped = typename Map::mapped_type;

    static std::string name() { return "a dictionary"; }
    static std::size_t entry_count(const Map& map) { return map.size(); }
    template <class Sink>
    static void write(const Map& map, Sink& sink) {
        sink.on_dict_begin(map.size());
        for (const auto& entry : map) {
            sink.on_key(sendable(entry.first));
            write_value(entry.second, sink);
        }
        sink.on_dict_end();
    }

  protected:
    static bool read_dict(ValueReader& in, Map& map) {
        auto entries = in.cursor().enter_dict();
        if (!entries) return in.mismatch<Map>();
        map.clear();
        while (in.cursor().next(*entries)) {
            std::string key(in.cursor().read_key());
            Mapped value{};
            if (!read_value(in, value)) return in.within(key);
            map.insert_or_assign(std::move(key), std::move(value));
        }
        return true;
    }
};

}  // namespace detail

/// A list.
template <Encodable T, class Allocator>
struct ValueTraits<std::vector<T, Allocator>> {
    using Vector = std::vector<T, Allocator>;

    static std::string name() { return "a list"; }
    template <class Sink>
    static void write(const Vector& values, Sink& sink) {
        sink.on_list_begin(values.size());
        for (const T& value : values) write_value(value, sink);
        sink.on_list_end();
    }
    static bool read(ValueReader& in, Vector& values) requires Decodable<T> {
        auto entries = in.cursor().enter_list();
        if (!entries) return in.mismatch<Vector>();
        values.clear();
        values.reserve(detail::sensible(entries->count_hint()));
        while (in.cursor().next(*entries)) {
            T value{};
            if (!read_value(in, value)) return in.within(values.size());
            values.push_back(std::move(value));
        }
        return true;
    }
};

/// A list of just this many.
template <Encodable T, std::size_t size>
struct ValueTraits<std::array<T, size>> : detail::TupleTraits<std::array<T, size>> {
    static bool read(ValueReader& in, std::array<T, size>& values) requires Decodable<T> {
        return ValueTraits::read_list(in, values);
    }
};

/// A list of just these.
template <Encodable... T>
struct ValueTraits<std::tuple<T...>> : detail::TupleTraits<std::tuple<T...>> {
    static bool read(ValueReader& in, std::tuple<T...>& values) requires(Decodable<T>&&...) {
        return ValueTraits::read_list(in, values);
    }
};

/// A list of two.
template <Encodable First, Encodable Second>
struct ValueTraits<std::pair<First, Second>> : detail::TupleTraits<std::pair<First, Second>> {
    static bool read(ValueReader& in, std::pair<First, Second>& values) requires(
        Decodable<First>&& Decodable<Second>) {
        return ValueTraits::read_list(in, values);
    }
};

/// A dict.
template <Encodable T, class Compare, class Allocator>
struct ValueTraits<std::map<std::string, T, Compare, Allocator>>
    : detail::MapTraits<std::map<std::string, T, Compare, Allocator>> {
    static bool read(ValueReader& in,
                     std::map<std::string, T, Compare, Allocator>& map) requires Decodable<T> {
        return ValueTraits::read_dict(in, map);
    }
};

/// A dict.
template <Encodable T, class Hash, class Equal, class Allocator>
struct ValueTraits<std::unordered_map<std::string, T, Hash, Equal, Allocator>>
    : detail::MapTraits<std::unordered_map<std::string, T, Hash, Equal, Allocator>> {
    static bool read(
        ValueReader& in,
        std::unordered_map<std::string, T, Hash, Equal, Allocator>& map) requires Decodable<T> {
        return ValueTraits::read_dict(in, map);
    }
};

/// Null, or a T. As an argument, a result or a member it may be missing, too.
template <Encodable T>
struct ValueTraits<std::optional<T>> {
    static std::string name() { return ValueTraits<T>::name() + " or null"; }
    template <class Sink>
    static void write(const std::optional<T>& value, Sink& sink) {
        if (!value) return sink.on_null();
        write_value(*value, sink);
    }
    static bool read(ValueReader& in, std::optional<T>& value) requires Decodable<T> {
        value.reset();
        if (in.cursor().read_null()) return true;
        T inner{};
        if (!read_value(in, inner)) return in.or_null();
        value.emplace(std::move(inner));
        return true;
    }
};

/// The first alternative that fits.
template <Encodable... T>
struct ValueTraits<std::variant<T...>> {
    using Variant = std::variant<T...>;

    static std::string name() {
        std::string text;
        std::size_t left = sizeof...(T);
        const auto add = [&text, &left](const std::string& name) {
            text += name;
            --left;
            if (left != 0) text += left == 1 ? " or " : ", ";
        };
        (add(ValueTraits<T>::name()), ...);
        return text;
    }
    template <class Sink>
    static void write(const Variant& variant, Sink& sink) {
        std::visit([&sink](const auto& value) { write_value(value, sink); }, variant);
    }
    static bool read(ValueReader& in, Variant& variant) requires(Decodable<T>&&...) {
        return read_each(in, variant, std::index_sequence_for<T...>{});
    }

  private:
    enum class Outcome : std::uint8_t { fits, differs, too_long };

    template <std::size_t... index>
    static bool read_each(ValueReader& in, Variant& variant, std::index_sequence<index...>) {
        Outcome outcome = Outcome::differs;
        static_cast<void>((((outcome = read_one<index>(in, variant)) != Outcome::differs) || ...));
        if (outcome == Outcome::fits) return true;
        if (outcome == Outcome::differs) return in.mismatch<Variant>();
        return in.mismatch<Variant>("what takes too long to tell apart");
    }
    template <std::size_t index>
    static Outcome read_one(ValueReader& in, Variant& variant) {
        const auto mark = in.mark();
        std::variant_alternative_t<index, Variant> value{};
        if (in.try_read(value)) {
            variant.template emplace<index>(std::move(value));
            return Outcome::fits;
        }
        return in.try_again_from(mark) ? Outcome::differs : Outcome::too_long;
    }
};

}  // namespace kreisel::client
