#pragma once
// JSON (RFC 8259) with WAMP's binary rule: a string of U+0000 followed by base64 is binary
// (rfc/text/advanced/serialization_binary_json). Pure; any thread.

#include "common/base/bytes.hpp"
#include "common/codec/scan.hpp"
#include "common/codec/sink.hpp"
#include "common/wamp/value.hpp"

namespace kreisel {

/// Validates one whole message and finds its elements.
[[nodiscard]] Result<ScannedMessage> json_scan(std::span<const std::uint8_t> bytes,
                                               unsigned depth_max);

/// Tells the values in `bytes` to `sink`: one, or several with commas between them (a payload).
/// `bytes` must be validated.
void json_read(std::span<const std::uint8_t> bytes, ValueSink& sink);

/// The validated dict in `bytes`.
[[nodiscard]] Dict json_dict(std::span<const std::uint8_t> bytes);

/// Writes what it is told. Commas and colons come by themselves; values told outside any list are
/// separated by commas too.
class JsonWriter final : public ValueSink {
  public:
    explicit JsonWriter(ByteWriter& out) : out_(out) {}

    void on_null() override;
    void on_bool(bool value) override;
    void on_int(std::int64_t value) override;
    void on_uint(std::uint64_t value) override;
    void on_double(double value) override;
    void on_text(std::string_view value) override;
    void on_binary(std::span<const std::uint8_t> value) override;
    void on_list_begin(std::size_t size) override;
    void on_list_end() override;
    void on_dict_begin(std::size_t size) override;
    void on_key(std::string_view key) override;
    void on_dict_end() override;
    /// Elements of the open list that are encoded already, back to back as in a Payload.
    void on_elements(std::span<const std::uint8_t> encoded);

  private:
    void separate() {
        if (needs_comma_) out_.put(',');
        needs_comma_ = true;
    }

    ByteWriter& out_;
    bool needs_comma_ = false;
};

}  // namespace kreisel
