#pragma once
// permessage-deflate (RFC 7692) without context takeover: what is negotiated, one message inflated
// in pieces within a limit, one message deflated whole.
//
// An Inflater lives only while a compressed message is on its way, so an idle connection holds no
// zlib state. zlib stays behind these classes. Confined to the connection's thread.

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel {

/// Largest LZ77 window each side may use when it compresses, as a power of two.
struct DeflateTerms {
    std::uint8_t server_window_bits = 15;
    std::uint8_t client_window_bits = 15;
};

/// One element of Sec-WebSocket-Extensions (RFC 6455 9.1).
struct ExtensionOffer {
    struct Parameter {
        std::string name;
        std::string value;
        bool has_value = false;
    };
    std::string name;
    std::vector<Parameter> parameters;
};
/// Nothing if the value breaks the grammar. Empty elements are skipped.
[[nodiscard]] std::optional<std::vector<ExtensionOffer>> read_extensions(std::string_view value);

struct DeflateAnswer {
    DeflateTerms terms;
    std::string header;  ///< value of Sec-WebSocket-Extensions in the 101
};
/// The first acceptable offer; nothing if there is none.
[[nodiscard]] std::optional<DeflateAnswer> accept_deflate(
    const std::vector<ExtensionOffer>& offers);

/// What our clients offer, and their check of the answer.
inline constexpr std::string_view deflate_offer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
    "client_max_window_bits";
[[nodiscard]] std::optional<DeflateTerms> check_deflate_answer(
    const std::vector<ExtensionOffer>& answer);

class Inflater {
  public:
    enum class Outcome : std::uint8_t { fine, too_big, broken };

    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Appends what `input` inflates to. Stops with too_big before `output` exceeds `bytes_max`:
    /// room is made in steps, never for what the stream claims.
    [[nodiscard]] Outcome feed(std::span<const std::uint8_t> input, std::size_t bytes_max,
                               ByteWriter& output);
    /// The octets that the sender left off (RFC 7692 7.2.2), after the last fragment.
    [[nodiscard]] Outcome finish(std::size_t bytes_max, ByteWriter& output);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Deflates one message; false, with nothing appended, if that would not make it smaller.
[[nodiscard]] bool deflate_message(std::span<const std::uint8_t> message, unsigned window_bits,
                                   ByteWriter& output);

}  // namespace kreisel
