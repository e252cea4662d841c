#pragma once
// Value: a small JSON-like variant for options and details; the router never builds one for a
// payload. Dict keeps its entries in order of arrival; with the handful of keys that WAMP options
// have, a scan beats any map, and an empty Dict owns no memory.
//
//     Dict options{{"match", "prefix"}};
//     if (const Value* match = options.find("match")) ...

#include "common/wamp/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kreisel {

class Value;
struct DictEntry;

/// Binary data, apart from text.
struct Blob {
    std::vector<std::uint8_t> bytes;  ///< any number of them
    bool operator==(const Blob&) const = default;
};

/// Values in their order.
using List = std::vector<Value>;

/// Values by text keys, in order of arrival. A key that is there twice is found the first time.
class Dict {
  public:
    Dict() noexcept;
    Dict(const Dict& other);
    Dict(Dict&& other) noexcept;
    Dict& operator=(const Dict& other);
    Dict& operator=(Dict&& other) noexcept;
    ~Dict();
    /// `Dict{{"match", "prefix"}, {"limit", 10}}`; keys must differ.
    Dict(std::initializer_list<DictEntry> entries);

    /// The value of `key`, or nullptr. A null value counts as absent, since wampy sends undefined
    /// options as null; use has() to tell.
    [[nodiscard]] const Value* find(std::string_view key) const;
    /// Whether `key` is there, null or not.
    [[nodiscard]] bool has(std::string_view key) const;
    /// True iff `key` is present and true.
    [[nodiscard]] bool is_true(std::string_view key) const;
    /// The text of `key`, or nothing if it is absent or no text.
    [[nodiscard]] std::optional<std::string_view> find_text(std::string_view key) const;
    /// The unsigned integer of `key` (integral floats too), or nothing.
    [[nodiscard]] std::optional<std::uint64_t> find_uint(std::string_view key) const;
    /// The dict of `key`, or nullptr if it is absent or no dict.
    [[nodiscard]] const Dict* find_dict(std::string_view key) const;
    /// The list of `key`, or nullptr if it is absent or no list.
    [[nodiscard]] const List* find_list(std::string_view key) const;

    /// Sets or replaces.
    void set(std::string key, Value value);
    /// Appends without looking for an earlier entry of the same key.
    void append(std::string key, Value value);
    /// Makes room for `count` entries in all.
    void reserve(std::size_t count);
    /// Takes the entry of `key` away, if there is one.
    void erase(std::string_view key);

    /// Whether there are no entries.
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// The number of entries.
    [[nodiscard]] std::size_t size() const;
    /// The first entry; entries stand one behind the other.
    [[nodiscard]] const DictEntry* begin() const;
    /// Behind the last entry.
    [[nodiscard]] const DictEntry* end() const;
    /// Equal as sets of entries.
    bool operator==(const Dict& other) const;

  private:
    std::vector<DictEntry> entries_;
};

/// Anything that WAMP can carry: null, a truth value, a number, text, binary data, a list, a dict.
class Value {
  public:
    /// What it may be. A std::uint64_t only where no std::int64_t holds the number.
    using Variant = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                                 std::string, Blob, List, Dict>;

    /// Null.
    Value() = default;
    Value(std::nullptr_t) {}                  ///< null
    Value(bool v) : data_(v) {}               ///< a truth value
    Value(int v) : data_(std::int64_t{v}) {}  ///< an integer
    /// An integer.
    Value(std::int64_t v) : data_(v) {}
    /// Unsigned numbers that fit are held as int64, so that equal numbers compare equal.
    Value(std::uint64_t v) {
        if (v <= static_cast<std::uint64_t>(INT64_MAX)) {
            data_ = static_cast<std::int64_t>(v);
        } else {
            data_ = v;
        }
    }
    Value(double v) : data_(v) {}                         ///< a number
    Value(const char* v) : data_(std::string(v)) {}       ///< text, UTF-8
    Value(std::string_view v) : data_(std::string(v)) {}  ///< text, UTF-8
    Value(std::string v) : data_(std::move(v)) {}         ///< text, UTF-8
    Value(Blob v) : data_(std::move(v)) {}                ///< binary data
    Value(List v) : data_(std::move(v)) {}                ///< a list
    Value(Dict v) : data_(std::move(v)) {}                ///< a dict
    /// An id, as its number.
    template <class Tag>
    Value(Id<Tag> id) : Value(id.value) {}

    /// What it is, for std::visit.
    [[nodiscard]] const Variant& data() const { return data_; }
    /// The T that it is, or nullptr. T: one of Variant.
    template <class T>
    [[nodiscard]] const T* get_if() const {
        return std::get_if<T>(&data_);
    }
    /// Whether it is null.
    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
    /// An integer >= 0, also from an integral float up to 2^53, or nothing.
    [[nodiscard]] std::optional<std::uint64_t> to_uint() const;
    /// An integer, also from an integral float, or nothing.
    [[nodiscard]] std::optional<std::int64_t> to_int() const;
    bool operator==(const Value& other) const = default;

  private:
    Variant data_ = nullptr;
};

/// One entry of a Dict.
struct DictEntry {
    std::string key;  ///< UTF-8
    Value value;      ///< what stands under it
    bool operator==(const DictEntry&) const = default;
};

// Here, since a Dict holds Values and a Value may hold a Dict.
inline Dict::Dict() noexcept = default;
inline Dict::Dict(const Dict& other) = default;
inline Dict::Dict(Dict&& other) noexcept = default;
inline Dict& Dict::operator=(const Dict& other) = default;
inline Dict& Dict::operator=(Dict&& other) noexcept = default;
inline Dict::~Dict() = default;
inline std::size_t Dict::size() const { return entries_.size(); }
inline const DictEntry* Dict::begin() const { return entries_.data(); }
inline const DictEntry* Dict::end() const { return entries_.data() + entries_.size(); }

}  // namespace kreisel
