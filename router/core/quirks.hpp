#pragma once
// ClientQuirks: where a router that held to the letter of the specification would lose a client.
// router/access tells the clients by what they say in HELLO; gate and realm read the flags.

namespace kreisel {

struct ClientQuirks {
    /// The client joins again as if its last session went on (wampy): its first request may have
    /// any id, the next ones follow it, and answers to invocations of the old session may come.
    bool goes_on_from_last_session = false;
    /// The client sends payloads and results in parts, and takes them, without announcing it; it
    /// does not know INTERRUPT (wampy).
    bool has_unannounced_progress = false;
    /// The client forgets a call when it cancels it, except by mode kill, and takes the ERROR that
    /// follows for a violation (Autobahn|JS): it is not sent.
    bool forgets_canceled_calls = false;
};

}  // namespace kreisel
