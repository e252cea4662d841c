#pragma once
// Options of the operations, one plain struct each; what is not set is not sent.
//
//     session.call<int>({"com.example.add", {.timeout = 2s}}, 2, 3);
//     session.publish({"com.example.tick", {.acknowledge = true, .exclude_me = false}}, 42);
//
// `extra` goes out as it is, for options this library does not know; a key set here too wins.
// Sources: rfc/text/basic (pubsub, rpc) and rfc/text/advanced, a chapter for each option.

#include "common/wamp/ids.hpp"
#include "common/wamp/match.hpp"
#include "common/wamp/value.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kreisel::client {

using Milliseconds = std::chrono::milliseconds;

/// What the router does to a call that is given up (rfc/text/advanced/rpc_call_canceling).
enum class CancelMode : std::uint8_t {
    skip,        ///< the caller is answered at once, the callee is not told
    kill,        ///< the callee is told, the caller gets what the callee answers
    killnowait,  ///< the callee is told, the caller is answered at once
};

/// How one of several callees of a procedure is chosen (rpc_shared_registration).
enum class InvokePolicy : std::uint8_t { single, first, last, roundrobin, random };

/// A payload that the router does not read (rfc/text/advanced/payload_passthru_mode). The one
/// argument is the payload, as octets.
struct Passthru {
    std::string scheme{};
    std::optional<std::string> serializer{};
    std::optional<std::string> cipher{};
    std::optional<std::string> keyid{};
};

/// What happens when parts of a result come faster than they are taken.
enum class PartsOverflow : std::uint8_t {
    cancel,  ///< the call is given up and fails with uris::too_many
    pause  ///< the connection is not read until half of them are taken; everything else waits, too
};

struct CallOptions {
    /// The call ends with wamp.error.timeout after so long; 0: never. Kept by the router, and by
    /// the client if the router's answer does not come.
    Milliseconds timeout{0};
    /// Whether the callee is told who calls.
    std::optional<bool> disclose_me{};
    /// Calls with the same key go to the same member of a shared registration.
    std::optional<std::string> rkey{};
    /// How a call that is given up ends.
    CancelMode cancel_mode = CancelMode::killnowait;
    std::optional<Passthru> passthru{};
    /// Of a stream: parts that wait to be taken.
    std::size_t parts_max = 1024;
    PartsOverflow parts_overflow = PartsOverflow::cancel;
    Dict extra{};
};

struct PublishOptions {
    /// Wait until the router has the event (and, on topics it keeps, has stored it).
    bool acknowledge = false;
    /// Whether the publisher itself does not get it; the router's default is yes.
    std::optional<bool> exclude_me{};
    std::optional<bool> disclose_me{};
    /// Receivers that are left out.
    std::vector<SessionId> exclude{};
    std::vector<std::string> exclude_authid{};
    std::vector<std::string> exclude_authrole{};
    /// Only these receive it. An empty list that is set means nobody.
    std::optional<std::vector<SessionId>> eligible{};
    std::optional<std::vector<std::string>> eligible_authid{};
    std::optional<std::vector<std::string>> eligible_authrole{};
    /// Kept by the router for later subscribers.
    bool retain = false;
    std::optional<std::string> rkey{};
    std::optional<Passthru> passthru{};
    /// How long to wait for the acknowledgement; 0: for ever.
    Milliseconds timeout{0};
    Dict extra{};
};

struct SubscribeOptions {
    MatchPolicy match = MatchPolicy::exact;
    /// The retained event of the topic is delivered first.
    bool get_retained = false;
    /// Part of the keys that this subscriber serves (sharded subscriptions).
    std::optional<std::string> nkey{};
    Milliseconds timeout{0};
    Dict extra{};
};

struct RegisterOptions {
    MatchPolicy match = MatchPolicy::exact;
    InvokePolicy invoke = InvokePolicy::single;
    /// Calls that this callee takes at a time; 0: any number.
    std::uint32_t concurrency = 0;
    /// Takes the procedure over from whoever has it.
    bool force_reregister = false;
    /// Ask that callers be disclosed.
    std::optional<bool> disclose_caller{};
    /// The callee keeps the time of calls itself.
    bool forward_timeout = false;
    Milliseconds timeout{0};
    Dict extra{};
};

/// A URI and the options for it.
template <class Options>
struct Target {
    std::string uri{};
    Options options{};
};

/// As the router reads them.
[[nodiscard]] Dict to_dict(const CallOptions& options);
[[nodiscard]] Dict to_dict(const PublishOptions& options);
[[nodiscard]] Dict to_dict(const SubscribeOptions& options);
[[nodiscard]] Dict to_dict(const RegisterOptions& options);
[[nodiscard]] std::string_view to_text(CancelMode mode);
[[nodiscard]] std::string_view to_text(InvokePolicy policy);

}  // namespace kreisel::client
