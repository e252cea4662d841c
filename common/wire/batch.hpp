#pragma once
// Batched subprotocols (rfc/text/advanced/transport_batched_websocket): several WAMP messages in
// one WebSocket message. Pure; any thread.

#include "common/wire/wire.hpp"

#include <string_view>
#include <vector>

namespace kreisel {

inline constexpr std::size_t batch_prefix_bytes = 4;

/// Appends the messages of `batch` as slices of it. A sentence if it is empty or cut wrongly; what
/// came before the fault has been appended.
[[nodiscard]] std::string_view split_batch(Encoding encoding, const SharedBytes& batch,
                                           std::vector<WireMessage>& messages);

}  // namespace kreisel
