#pragma once
// ValueSink: a value told in document order, the seam between the readers of one encoding and the
// writers of another. Transcoding, building a Value and writing one are all "read into a sink".
//
// Readers (json_read, msgpack_read, cbor_read) take only validated bytes and cannot fail.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kreisel {

class ValueSink {
  public:
    /// Size of a list or dict whose reader does not know it before its end (JSON, indefinite CBOR).
    static constexpr std::size_t unknown_size = SIZE_MAX;

    virtual ~ValueSink() = default;
    virtual void on_null() = 0;
    virtual void on_bool(bool value) = 0;
    virtual void on_int(std::int64_t value) = 0;
    /// Only for values above INT64_MAX.
    virtual void on_uint(std::uint64_t value) = 0;
    virtual void on_double(double value) = 0;
    /// Valid UTF-8.
    virtual void on_text(std::string_view value) = 0;
    virtual void on_binary(std::span<const std::uint8_t> value) = 0;
    virtual void on_list_begin(std::size_t size) = 0;
    virtual void on_list_end() = 0;
    virtual void on_dict_begin(std::size_t size) = 0;
    /// Before each value of a dict.
    virtual void on_key(std::string_view key) = 0;
    virtual void on_dict_end() = 0;
};

}  // namespace kreisel
