#pragma once
// KREISEL_STRUCT and KREISEL_ENUM: structs of your own as dicts, enums of your own by their names.
//
//     namespace shop {
//     struct Order {
//         std::string article;
//         int count = 1;
//         std::optional<std::string> note;
//     };
//     KREISEL_STRUCT(Order, article, count, note)
//     enum class Size { small, large };
//     KREISEL_ENUM(Size, small, large)
//     }  // namespace shop
//
// Both stand in the namespace of the type, behind it. Keys that a struct does not have are ignored,
// keys that are missing are a mismatch unless their member is a std::optional, and an optional
// without a value is not sent. Keys that are no names of C++ need kreisel_fields() by hand:
//
//     constexpr auto kreisel_fields(kreisel::client::TypeTag<Order>) {
//         using kreisel::client::Field;
//         return std::make_tuple(Field("article-number", &Order::article));
//     }

#include "client/values/containers.hpp"
#include "client/values/for_each.hpp"
#include "client/values/scalars.hpp"
#include "client/values/traits.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace kreisel::client {

/// One member of a struct and its key.
template <class Class, class Member>
struct Field {
    using Type = Member;  ///< of the member

    /// `field_key` must last forever, as a literal does.
    constexpr Field(std::string_view field_key, Member Class::*field_member)
        : key(field_key), member(field_member) {}

    std::string_view key;   ///< in the dict
    Member Class::*member;  ///< in the struct
};

/// One name of an enum.
template <class Enum>
struct Enumerator {
    std::string_view name;  ///< on the wire
    Enum value;             ///< in C++
};

/// A struct whose members KREISEL_STRUCT named.
template <class T>
concept FieldStruct = std::is_class_v<T> && requires {
    kreisel_fields(TypeTag<T>{});
};

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class Member>
[[nodiscard]] bool is_present(const Member& member) {
    if constexpr (is_optional<Member>) return member.has_value();
    return true;
}

/// `"small", "medium" or "large"`
[[nodiscard]] std::string one_of(const std::string_view* names, std::size_t count);
/// Throws Error: a value of an enum is none of `names`.
[[noreturn]] void refuse_nameless(const std::string& names);

}  // namespace detail

/// A dict of the members by their names.
template <FieldStruct T>
struct ValueTraits<T> {
    static std::string name() { return "a dictionary"; }
    static std::size_t entry_count(const T& value) {
        return std::apply(
            [&value](const auto&... field) {
                return (std::size_t{0} + ... + (detail::is_present(value.*field.member) ? 1U : 0U));
            },
            fields);
    }
    template <class Sink>
    static void write(const T& value, Sink& sink) {
        sink.on_dict_begin(entry_count(value));
        std::apply(
            [&value, &sink](const auto&... field) { (write_field(value, field, sink), ...); },
            fields);
        sink.on_dict_end();
    }
    static bool read(ValueReader& in, T& value) {
        auto entries = in.cursor().enter_dict();
        if (!entries) return in.mismatch<T>();
        Seen seen{};
        while (in.cursor().next(*entries)) {
            const std::string_view key = in.cursor().read_key();
            switch (read_entry(in, key, value, seen, Indices{})) {
                case Outcome::unknown:
                    in.cursor().skip();
                    break;
                case Outcome::read:
                    break;
                case Outcome::mismatch:
                    return false;
            }
        }
        return has_all(in, seen, Indices{});
    }

  private:
    using Fields = decltype(kreisel_fields(TypeTag<T>{}));
    static constexpr Fields fields = kreisel_fields(TypeTag<T>{});
    static constexpr std::size_t field_count = std::tuple_size_v<Fields>;
    using Indices = std::make_index_sequence<field_count>;
    using Seen = std::array<bool, field_count>;
    enum class Outcome : std::uint8_t { unknown, read, mismatch };

    template <std::size_t index>
    using MemberAt = typename std::tuple_element_t<index, Fields>::Type;

    template <class Member, class Sink>
    static void write_field(const T& value, const Member& field, Sink& sink) {
        const auto& member = value.*field.member;
        static_assert(Encodable<decltype(member)>, "a member of the struct has no ValueTraits");
        if (!detail::is_present(member)) return;
        sink.on_key(field.key);
        write_value(member, sink);
    }
    template <std::size_t... index>
    static Outcome read_entry(ValueReader& in, std::string_view key, T& value, Seen& seen,
                              std::index_sequence<index...>) {
        Outcome outcome = Outcome::unknown;
        static_cast<void>(((std::get<index>(fields).key == key &&
                            (outcome = read_member<index>(in, value, seen), true)) ||
                           ...));
        return outcome;
    }
    template <std::size_t index>
    static Outcome read_member(ValueReader& in, T& value, Seen& seen) {
        const auto& field = std::get<index>(fields);
        seen[index] = true;
        if (read_value(in, value.*field.member)) return Outcome::read;
        in.within(field.key);
        return Outcome::mismatch;
    }
    template <std::size_t... index>
    static bool has_all(ValueReader& in, const Seen& seen, std::index_sequence<index...>) {
        return (has_one<index>(in, seen) && ...);
    }
    template <std::size_t index>
    static bool has_one(ValueReader& in, const Seen& seen) {
        if (seen[index] || detail::is_optional<MemberAt<index>>) return true;
        in.missing<MemberAt<index>>();
        return in.within(std::get<index>(fields).key);
    }
};

/// Text, one of the names.
template <NamedEnum T>
struct ValueTraits<T> {
    static std::string name() {
        std::array<std::string_view, enumerators.size()> names;
        for (std::size_t i = 0; i < names.size(); ++i) names[i] = enumerators[i].name;
        return detail::one_of(names.data(), names.size());
    }
    /// Throws Error for a value without a name.
    template <class Sink>
    static void write(T value, Sink& sink) {
        for (const auto& enumerator : enumerators) {
            if (enumerator.value == value) return sink.on_text(enumerator.name);
        }
        detail::refuse_nameless(name());
    }
    static bool read(ValueReader& in, T& value) {
        const auto text = in.cursor().read_text();
        if (!text) return in.mismatch<T>();
        for (const auto& enumerator : enumerators) {
            if (enumerator.name != *text) continue;
            value = enumerator.value;
            return true;
        }
        return in.mismatch<T>("other text");
    }

  private:
    static constexpr auto enumerators = kreisel_enumerators(TypeTag<T>{});
};

}  // namespace kreisel::client

/// Makes a dict of a struct: its type and its members.
#define KREISEL_STRUCT(Type, ...)                                                            \
    [[maybe_unused]] constexpr auto kreisel_fields(::kreisel::client::TypeTag<Type>) {       \
        return ::std::make_tuple(KREISEL_FOR_EACH(KREISEL_STRUCT_FIELD, Type, __VA_ARGS__)); \
    }
/// Of KREISEL_STRUCT: one member.
#define KREISEL_STRUCT_FIELD(Type, member) ::kreisel::client::Field(#member, &Type::member)

/// Makes text of an enum: its type and its enumerators.
#define KREISEL_ENUM(Type, ...)                                                             \
    [[maybe_unused]] constexpr auto kreisel_enumerators(::kreisel::client::TypeTag<Type>) { \
        return ::std::to_array<::kreisel::client::Enumerator<Type>>(                        \
            {KREISEL_FOR_EACH(KREISEL_ENUM_ENTRY, Type, __VA_ARGS__)});                     \
    }
/// Of KREISEL_ENUM: one name.
#define KREISEL_ENUM_ENTRY(Type, name) \
    ::kreisel::client::Enumerator<Type> { #name, Type::name }
