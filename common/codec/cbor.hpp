#pragma once
// CBOR as WAMP uses it. What other encodings cannot say is told to sinks as TRANSCODE.md has it.
// Pure; any thread.

#include "common/base/bytes.hpp"
#include "common/codec/late_sizes.hpp"
#include "common/codec/scan.hpp"
#include "common/codec/sink.hpp"
#include "common/wamp/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kreisel {

/// Validates one whole message and finds its elements.
[[nodiscard]] Result<ScannedMessage> cbor_scan(std::span<const std::uint8_t> bytes,
                                               unsigned depth_max);

/// `bytes`, a scanned message that needs_rewrite, as one that does not: the same values, tag 64 as
/// byte strings. Other tags stay.
[[nodiscard]] SharedBytes cbor_rewrite(std::span<const std::uint8_t> bytes);

/// Tells the values in `bytes` to `sink`: one, or several back to back (a payload). `bytes` must
/// be validated.
void cbor_read(std::span<const std::uint8_t> bytes, ValueSink& sink);

/// The validated dict in `bytes`.
[[nodiscard]] Dict cbor_dict(std::span<const std::uint8_t> bytes);

/// Writes what it is told, in the shortest form.
class CborWriter final : public ValueSink {
  public:
    explicit CborWriter(ByteWriter& out);

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
    /// Elements of the open list that are encoded already, back to back as in a Payload; the list's
    /// size counted them.
    void on_elements(std::span<const std::uint8_t> encoded) { out_.put(encoded); }

  private:
    void begin(ContainerKind kind, std::size_t size);

    ByteWriter& out_;
    LateSizes late_sizes_;
};

}  // namespace kreisel
