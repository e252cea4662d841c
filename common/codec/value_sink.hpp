#pragma once
// Values and sinks: ValueBuilder makes a Value of what a reader tells, tell_value() tells a Value.
//
//     ValueBuilder builder;
//     msgpack_read(bytes, builder);
//     Dict dict = builder.take_dict();

#include "common/codec/sink.hpp"
#include "common/wamp/value.hpp"

#include <string>
#include <vector>

namespace kreisel {

class ValueBuilder final : public ValueSink {
  public:
    void on_null() override { add(nullptr); }
    void on_bool(bool value) override { add(value); }
    void on_int(std::int64_t value) override { add(value); }
    void on_uint(std::uint64_t value) override { add(value); }
    void on_double(double value) override { add(value); }
    void on_text(std::string_view value) override { add(std::string(value)); }
    void on_binary(std::span<const std::uint8_t> value) override {
        add(Blob{{value.begin(), value.end()}});
    }
    void on_list_begin(std::size_t size) override;
    void on_list_end() override;
    void on_dict_begin(std::size_t size) override;
    void on_key(std::string_view key) override;
    void on_dict_end() override;

    /// What was told last outside any list or dict, by its kind.
    [[nodiscard]] Dict take_dict() { return std::move(root_dict_); }
    [[nodiscard]] List take_list() { return std::move(root_list_); }
    [[nodiscard]] Value take_scalar() { return std::move(root_scalar_); }

  private:
    struct Open {
        bool is_dict = false;
        List list;
        Dict dict;
        std::string key;
    };

    void add(Value value);

    std::vector<Open> open_;
    Dict root_dict_;
    List root_list_;
    Value root_scalar_;
};

/// Tells `value` to `sink`.
void tell_value(const Value& value, ValueSink& sink);
void tell_dict(const Dict& dict, ValueSink& sink);
void tell_list(const List& list, ValueSink& sink);

}  // namespace kreisel
