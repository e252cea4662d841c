#include "common/codec/value_sink.hpp"

#include "common/base/check.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

// Sizes are announced by a peer's header: room is made for this many, more grow as they come.
constexpr std::size_t reserve_max = 64;

std::size_t sensible(std::size_t size) {
    return size == ValueSink::unknown_size ? 0 : std::min(size, reserve_max);
}

}  // namespace

void ValueBuilder::add(Value value) {
    if (open_.empty()) {
        root_scalar_ = std::move(value);
        return;
    }
    Open& parent = open_.back();
    if (parent.is_dict) {
        parent.dict.append(std::move(parent.key), std::move(value));
        parent.key.clear();
    } else {
        parent.list.push_back(std::move(value));
    }
}

void ValueBuilder::on_list_begin(std::size_t size) {
    open_.emplace_back();
    open_.back().list.reserve(sensible(size));
}

void ValueBuilder::on_list_end() {
    CHECK(!open_.empty(), "a list ends after it began");
    List list = std::move(open_.back().list);
    open_.pop_back();
    if (open_.empty()) {
        root_list_ = std::move(list);
    } else {
        add(std::move(list));
    }
}

void ValueBuilder::on_dict_begin(std::size_t size) {
    open_.emplace_back();
    open_.back().is_dict = true;
    open_.back().dict.reserve(sensible(size));
}

void ValueBuilder::on_key(std::string_view key) { open_.back().key = key; }

void ValueBuilder::on_dict_end() {
    CHECK(!open_.empty(), "a dict ends after it began");
    Dict dict = std::move(open_.back().dict);
    open_.pop_back();
    if (open_.empty()) {
        root_dict_ = std::move(dict);
    } else {
        add(std::move(dict));
    }
}

void tell_list(const List& list, ValueSink& sink) {
    sink.on_list_begin(list.size());
    for (const Value& value : list) tell_value(value, sink);
    sink.on_list_end();
}

void tell_dict(const Dict& dict, ValueSink& sink) {
    sink.on_dict_begin(dict.size());
    for (const auto& [key, value] : dict) {
        sink.on_key(key);
        tell_value(value, sink);
    }
    sink.on_dict_end();
}

namespace {

struct Teller {
    ValueSink& sink;

    void operator()(std::nullptr_t) const { sink.on_null(); }
    void operator()(bool value) const { sink.on_bool(value); }
    void operator()(std::int64_t value) const { sink.on_int(value); }
    void operator()(std::uint64_t value) const { sink.on_uint(value); }
    void operator()(double value) const { sink.on_double(value); }
    void operator()(const std::string& value) const { sink.on_text(value); }
    void operator()(const Blob& value) const { sink.on_binary(value.bytes); }
    void operator()(const List& value) const { tell_list(value, sink); }
    void operator()(const Dict& value) const { tell_dict(value, sink); }
};

}  // namespace

void tell_value(const Value& value, ValueSink& sink) { std::visit(Teller{sink}, value.data()); }

}  // namespace kreisel
