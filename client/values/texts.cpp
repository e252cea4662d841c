#include "client/values/texts.hpp"

#include "client/core/error.hpp"
#include "common/codec/utf8.hpp"
#include "common/wamp/errors.hpp"

namespace kreisel::client::detail {

std::string_view sendable(std::string_view text) {
    if (!is_valid_utf8({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) {
        throw Error(kreisel::uris::invalid_argument,
                    {"text to send must be UTF-8; send other octets as binary data"});
    }
    return text;
}

}  // namespace kreisel::client::detail
