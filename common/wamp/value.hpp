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
    std::vector<std::uint8_t> bytes;
    bool operator==(const Blob&) const = default;
};

using List = std::vector<Value>;

class Dict {
  public:
    Dict() noexcept;
    Dict(const Dict& other);
    Dict(Dict&& other) noexcept;
    Dict& operator=(const Dict& other);
    Dict& operator=(Dict&& other) noexcept;
    ~Dict();
    Dict(std::initializer_list<DictEntry> entries);

    /// The value of `key`, or nullptr. A null value counts as absent, since wampy sends undefined
    /// options as null; use has() to tell.
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const;
    /// True iff `key` is present and true.
    [[nodiscard]] bool is_true(std::string_view key) const;
    /// The text of `key`, or nothing if it is absent or no text.
    [[nodiscard]] std::optional<std::string_view> find_text(std::string_view key) const;
    /// The unsigned integer of `key` (integral floats too), or nothing.
    [[nodiscard]] std::optional<std::uint64_t> find_uint(std::string_view key) const;
    [[nodiscard]] const Dict* find_dict(std::string_view key) const;
    [[nodiscard]] const List* find_list(std::string_view key) const;

    /// Sets or replaces.
    void set(std::string key, Value value);
    /// Appends without looking for an earlier entry of the same key.
    void append(std::string key, Value value);
    void reserve(std::size_t count);
    void erase(std::string_view key);

    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] const DictEntry* begin() const;
    [[nodiscard]] const DictEntry* end() const;
    /// Equal as sets of entries.
    bool operator==(const Dict& other) const;

  private:
    std::vector<DictEntry> entries_;
};

class Value {
  public:
    using Variant = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                                 std::string, Blob, List, Dict>;

    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool v) : data_(v) {}
    Value(int v) : data_(std::int64_t{v}) {}
    Value(std::int64_t v) : data_(v) {}
    /// Unsigned numbers that fit are held as int64, so that equal numbers compare equal.
    Value(std::uint64_t v) {
        if (v <= static_cast<std::uint64_t>(INT64_MAX)) {
            data_ = static_cast<std::int64_t>(v);
        } else {
            data_ = v;
        }
    }
    Value(double v) : data_(v) {}
    Value(const char* v) : data_(std::string(v)) {}
    Value(std::string_view v) : data_(std::string(v)) {}
    Value(std::string v) : data_(std::move(v)) {}
    Value(Blob v) : data_(std::move(v)) {}
    Value(List v) : data_(std::move(v)) {}
    Value(Dict v) : data_(std::move(v)) {}
    template <class Tag>
    Value(Id<Tag> id) : Value(id.value) {}

    [[nodiscard]] const Variant& data() const { return data_; }
    template <class T>
    [[nodiscard]] const T* get_if() const {
        return std::get_if<T>(&data_);
    }
    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
    /// An integer >= 0, also from an integral float up to 2^53, or nothing.
    [[nodiscard]] std::optional<std::uint64_t> to_uint() const;
    /// An integer, also from an integral float, or nothing.
    [[nodiscard]] std::optional<std::int64_t> to_int() const;
    bool operator==(const Value& other) const = default;

  private:
    Variant data_ = nullptr;
};

struct DictEntry {
    std::string key;
    Value value;
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
