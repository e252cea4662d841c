#pragma once
// Script: one scenario text, parsed. README.md of tests/scenario describes the language.
//
//     title  A prefix subscriber is told the topic
//     covers 207 208
//     A: publisher
//     B: subscriber
//     B> SUBSCRIBE 1 {"match":"prefix"} com.a
//     B< SUBSCRIBED 1 $sub
//
// Immutable once parsed; read by any driver.

#include "common/wamp/encoding.hpp"
#include "router/core/permissions.hpp"
#include "router/core/realm.hpp"
#include "tests/scenario/lib/pattern.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kreisel::scenario {

struct UserSetting {
    std::string authid;
    std::string role;
    std::string ticket;
};

/// One realm as the text's head wants it.
struct RealmSetting {
    Uri name;
    UriRule uri_rule = UriRule::loose;
    bool has_strict_request_ids = true;
    std::optional<std::string> anonymous_role = "anonymous";
    RealmLimits limits;
    std::vector<HistoryRule> history;
    bool has_storage = false;  ///< kept events survive `! restart`
    /// Rules by role; a role without any may do everything.
    std::map<std::string, std::vector<PermissionRule>> roles;
    std::map<std::string, std::uint32_t> trust_levels;  ///< by role
    std::map<std::string, Uri> authorizers;             ///< by role
    std::vector<UserSetting> users;
};

/// A topic and a procedure that every role may use, which no pattern can
/// capture: how a driver finds out that nothing comes.
inline constexpr std::string_view fence_topic = "kreisel.fence";
inline constexpr std::string_view fence_procedure = "wamp.kreisel.fence";

/// The rules of a setting with its defaults filled in.
[[nodiscard]] PermissionsPtr permissions_of(const RealmSetting& setting);

/// How a session of the text joins.
struct SessionSetting {
    Uri realm;
    Dict roles;
    std::string authid;
    std::string ticket;   ///< empty: anonymous
    bool is_raw = false;  ///< the text sends HELLO itself
};

struct Step {
    enum class Kind {
        declare,       ///< `A: subscriber caller+call_canceling realm=.. role=.. authid=..`
        send,          ///< `A> SUBSCRIBE 1 {} com.a` or `A> [32,1,{},"com.a"]`
        send_bytes,    ///< `A> bytes 5b5d`
        expect,        ///< `A< SUBSCRIBED 1 $sub`: the next message
        expect_later,  ///< `A<~ EVENT ...`: one of those to come, whatever stands before it
        nothing,       ///< `A< nothing`
        closed,        ///< `A< closed`: the router ended the connection
        drop,          ///< `A x`: the client's connection is gone
        wait,          ///< `wait 300ms`: time passes
        check_same,    ///< `check $a == $b`
        check_differ,  ///< `check $a != $b`
        check_id,      ///< `check $a is id`
        set_role,      ///< `! role guest prefix com.a allow=call`: replaces the role's rules
        remove_role,   ///< `! remove_role guest`
        close_realm,   ///< `! close_realm realm1`
        hold,          ///< `! hold A`: what the gate lets through of A waits before the realm
        resume,        ///< `! resume A`: and is now judged again
        refuse,        ///< `! refuse A [ERROR]`: the transport of A takes no INVOCATION from now on
        set_history,   ///< `! history realm1 exact com.a events=9`: the realm's rules are this one
        set_storage,   ///< `! storage realm1 good|failing|full`
        restart,       ///< `! restart realm1`: only what is stored is left
    };
    Kind kind = Kind::send;
    int line = 0;
    std::string source;  ///< the line as written
    std::string session;
    SessionSetting setting;
    Pattern message;
    std::string bytes;
    std::string first;  ///< names of a check; role, realm or session of a `!`
    std::string second;
    std::vector<PermissionRule> rules;
    std::vector<HistoryRule> history;
    Duration duration{};
};

struct Script {
    std::string title;
    std::vector<int> covers;
    std::vector<RealmSetting> realms;
    std::vector<Step> steps;
    std::optional<Encoding> only;  ///< the text has a meaning in one encoding only
    std::string pure_reason;       ///< not empty: not for the network, and why
};

/// Throws TextError with the line's number.
[[nodiscard]] Script parse_script(std::string_view text);

/// `EVENT` -> 36, or nothing.
[[nodiscard]] std::optional<int> message_type_of(std::string_view name);
/// A message as people write it: `EVENT 1 2 {} [1]`.
[[nodiscard]] std::string message_text(const Value& message);

}  // namespace kreisel::scenario
