#pragma once
// KeyTeller: tells scalars as the keys of a dict, in the words of TRANSCODE.md. MessagePack and
// CBOR allow keys that are no text; WAMP's other encodings and our Value do not.
//
// Internal to common/codec. Pure.

#include "common/base/check.hpp"
#include "common/codec/json_number.hpp"
#include "common/codec/sink.hpp"

namespace kreisel {

class KeyTeller final : public ValueSink {
  public:
    explicit KeyTeller(ValueSink& sink) : sink_(sink) {}

    void on_null() override { sink_.on_key("null"); }
    void on_bool(bool value) override { sink_.on_key(value ? "true" : "false"); }
    void on_int(std::int64_t value) override { sink_.on_key(number_text(value).view()); }
    void on_uint(std::uint64_t value) override { sink_.on_key(number_text(value).view()); }
    void on_double(double value) override { sink_.on_key(number_text(value).view()); }
    void on_text(std::string_view value) override { sink_.on_key(value); }
    void on_binary(std::span<const std::uint8_t> value) override {
        sink_.on_key(binary_as_text(value));
    }
    // The scanners refuse lists and dicts as keys.
    void on_list_begin(std::size_t) override { refuse(); }
    void on_list_end() override { refuse(); }
    void on_dict_begin(std::size_t) override { refuse(); }
    void on_key(std::string_view) override { refuse(); }
    void on_dict_end() override { refuse(); }

  private:
    static void refuse() { CHECK(false, "a validated key is a scalar"); }

    ValueSink& sink_;
};

}  // namespace kreisel
