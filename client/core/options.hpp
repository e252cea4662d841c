#pragma once
// Options of the operations, one plain struct each; what is not set is not sent.
//
//     session.call<int>({"com.example.add", with::timeout(2s)}, 2, 3);
//     session.publish({"com.example.tick", with::acknowledge(), with::exclude_me(false)}, 42);
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

/// The unit of all times of this library; `2s` and `250ms` become one.
using Milliseconds = std::chrono::milliseconds;

/// What the router does to a call that is given up (rfc/text/advanced/rpc_call_canceling).
enum class CancelMode : std::uint8_t {
    skip,        ///< the caller is answered at once, the callee is not told
    kill,        ///< the callee is told, the caller gets what the callee answers
    killnowait,  ///< the callee is told, the caller is answered at once
};

/// How one of several callees of a procedure is chosen (rpc_shared_registration).
enum class InvokePolicy : std::uint8_t {
    single,      ///< there is only one
    first,       ///< the one that registered first
    last,        ///< the one that registered last
    roundrobin,  ///< each in turn
    random       ///< any
};

/// A payload that the router does not read (rfc/text/advanced/payload_passthru_mode). The one
/// argument is the payload, as octets.
struct Passthru {
    std::string scheme{};                     ///< `ppt_scheme`: who knows how to read it
    std::optional<std::string> serializer{};  ///< `ppt_serializer`: of the payload, e.g. `cbor`
    std::optional<std::string> cipher{};      ///< `ppt_cipher`: how it is encrypted
    std::optional<std::string> keyid{};       ///< `ppt_keyid`: with which key
};

/// What happens when parts of a result come faster than they are taken.
enum class PartsOverflow : std::uint8_t {
    cancel,  ///< the call is given up and fails with uris::too_many
    pause  ///< the connection is not read until half of them are taken; everything else waits, too
};

/// CALL.Options and what the client itself does about a call (rfc/text/basic/rpc).
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
    /// The payload is one for the callee alone.
    std::optional<Passthru> passthru{};
    /// Of a stream: parts that wait to be taken, 1 or more.
    std::size_t parts_max = 1024;
    /// What happens when there are more.
    PartsOverflow parts_overflow = PartsOverflow::cancel;
    /// Goes out as it is.
    Dict extra{};
};

/// PUBLISH.Options and how long to wait (rfc/text/basic/pubsub).
struct PublishOptions {
    /// Wait until the router has the event (and, on topics it keeps, has stored it).
    bool acknowledge = false;
    /// Whether the publisher itself does not get it; the router's default is yes.
    std::optional<bool> exclude_me{};
    /// Whether subscribers are told who publishes.
    std::optional<bool> disclose_me{};
    /// Sessions that do not receive it.
    std::vector<SessionId> exclude{};
    /// Users that do not.
    std::vector<std::string> exclude_authid{};
    /// Roles that do not.
    std::vector<std::string> exclude_authrole{};
    /// Only these sessions receive it. An empty list that is set means nobody.
    std::optional<std::vector<SessionId>> eligible{};
    /// Only these users do.
    std::optional<std::vector<std::string>> eligible_authid{};
    /// Only these roles do.
    std::optional<std::vector<std::string>> eligible_authrole{};
    /// Kept by the router for later subscribers.
    bool retain = false;
    /// Of subscribers with an `nkey`, one gets the event; the same key, the same one.
    std::optional<std::string> rkey{};
    /// The payload is one for the subscribers alone.
    std::optional<Passthru> passthru{};
    /// How long to wait for the acknowledgement; 0: for ever.
    Milliseconds timeout{0};
    /// Goes out as it is.
    Dict extra{};
};

/// SUBSCRIBE.Options and how long to wait (rfc/text/basic/pubsub).
struct SubscribeOptions {
    /// How the URI takes topics.
    MatchPolicy match = MatchPolicy::exact;
    /// The retained event of the topic is delivered first.
    bool get_retained = false;
    /// Part of the keys that this subscriber serves (sharded subscriptions).
    std::optional<std::string> nkey{};
    /// How long to wait for the router's answer; 0: for ever.
    Milliseconds timeout{0};
    /// Goes out as it is.
    Dict extra{};
};

/// REGISTER.Options and how long to wait (rfc/text/basic/rpc).
struct RegisterOptions {
    /// How the URI takes procedures.
    MatchPolicy match = MatchPolicy::exact;
    /// Who is called if several provide the procedure; all of them must say the same.
    InvokePolicy invoke = InvokePolicy::single;
    /// Calls that this callee takes at a time; 0: any number.
    std::uint32_t concurrency = 0;
    /// Takes the procedure over from whoever has it.
    bool force_reregister = false;
    /// Ask that callers be disclosed.
    std::optional<bool> disclose_caller{};
    /// The callee keeps the time of calls itself.
    bool forward_timeout = false;
    /// How long to wait for the router's answer; 0: for ever.
    Milliseconds timeout{0};
    /// Goes out as it is.
    Dict extra{};
};

/// What happens to operations while there is no connection.
enum class WhileOffline : std::uint8_t {
    fail,  ///< they end with uris::not_connected
    wait,  ///< they are sent after the next connection
};

/// A URI and the options for it.
template <class Options>
struct Target {
    std::string uri{};  ///< the topic or procedure, or a pattern of them
    Options options{};  ///< one of CallOptions, PublishOptions, SubscribeOptions, RegisterOptions
};

/// As the router reads them.
[[nodiscard]] Dict to_dict(const CallOptions& options);
[[nodiscard]] Dict to_dict(const PublishOptions& options);    ///< as the router reads them
[[nodiscard]] Dict to_dict(const SubscribeOptions& options);  ///< as the router reads them
[[nodiscard]] Dict to_dict(const RegisterOptions& options);   ///< as the router reads them
[[nodiscard]] std::string_view to_text(CancelMode mode);      ///< as in CANCEL.Options
[[nodiscard]] std::string_view to_text(InvokePolicy policy);  ///< as in REGISTER.Options

}  // namespace kreisel::client
