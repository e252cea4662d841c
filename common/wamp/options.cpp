#include "common/wamp/options.hpp"

#include "common/wamp/errors.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace kreisel {

namespace {

enum class Kind : std::uint8_t {
    boolean,
    integer,
    id,
    text,
    dict,
    ids,
    texts,
    algorithm,  ///< of payload transparency; it decides the form of the message
    key,        ///< text or bytes
    roles,
    route  ///< forward_for: the sessions that a message came through
};

struct Rule {
    std::string_view key;
    Kind kind = Kind::text;
};

using Rules = std::span<const Rule>;

// Text that starts with U+0000 would be binary at a JSON receiver.
bool is_text(const Value& value) {
    const auto* text = value.get_if<std::string>();
    return text != nullptr && (text->empty() || text->front() != '\0');
}
bool is_id(const Value& value) { return is_valid_id(value.to_uint().value_or(0)); }
bool is_integer(const Value& value) {
    return value.to_int().has_value() || value.to_uint().has_value();
}
bool is_absent_or(bool (*is_fine)(const Value&), const Dict& dict, std::string_view key) {
    const Value* value = dict.find(key);
    return value == nullptr || is_fine(*value);
}

template <class Check>
bool is_list_of(const Value& value, Check&& is_fine) {
    const auto* list = value.get_if<List>();
    return list != nullptr && std::all_of(list->begin(), list->end(), is_fine);
}

// WAMP a/payload_passthru_mode's forerunner: cryptobox, mqtt, xbr, or an x_ name of one's own. Any
// other value would leave open what stands in the place of args.
bool is_algorithm(const Value& value) {
    const auto* name = value.get_if<std::string>();
    return name != nullptr && (*name == "cryptobox" || *name == "mqtt" || *name == "xbr" ||
                               (name->size() > 2 && name->compare(0, 2, "x_") == 0));
}

bool is_route_entry(const Value& value) {
    const auto* entry = value.get_if<Dict>();
    return entry != nullptr && entry->find("session") != nullptr &&
           is_absent_or(is_id, *entry, "session") && is_absent_or(is_text, *entry, "authid") &&
           is_absent_or(is_text, *entry, "authrole");
}

// WAMP b/sessions and a/features: roles are dicts, features dicts of booleans; both may be missing.
bool is_role(const Value& value) {
    if (value.is_null()) return true;
    const auto* role = value.get_if<Dict>();
    if (role == nullptr) return false;
    const Value* features = role->find("features");
    if (features == nullptr) return true;
    const auto* flags = features->get_if<Dict>();
    return flags != nullptr &&
           std::all_of(flags->begin(), flags->end(), [](const DictEntry& feature) {
               return feature.value.is_null() || feature.value.get_if<bool>() != nullptr;
           });
}

bool are_roles(const Value& value) {
    const auto* roles = value.get_if<Dict>();
    return roles != nullptr && std::all_of(roles->begin(), roles->end(), [](const DictEntry& role) {
               return is_role(role.value);
           });
}

bool has_kind(const Value& value, Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return value.get_if<bool>() != nullptr;
        case Kind::integer:
            return is_integer(value);
        case Kind::id:
            return is_id(value);
        case Kind::text:
            return is_text(value);
        case Kind::dict:
            return value.get_if<Dict>() != nullptr;
        case Kind::ids:
            return is_list_of(value, is_integer);
        case Kind::texts:
            return is_list_of(value, is_text);
        case Kind::algorithm:
            return is_algorithm(value);
        case Kind::key:
            return is_text(value) || value.get_if<Blob>() != nullptr;
        case Kind::roles:
            return are_roles(value);
        case Kind::route:
            return is_list_of(value, is_route_entry);
    }
    return false;
}

std::string_view wanted(Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return "a boolean";
        case Kind::integer:
            return "an integer";
        case Kind::id:
            return "an id, an integer from 1 to 2^53";
        case Kind::text:
            return "a string";
        case Kind::dict:
            return "a dictionary";
        case Kind::ids:
            return "a list of ids";
        case Kind::texts:
            return "a list of strings";
        case Kind::algorithm:
            return "cryptobox, mqtt, xbr or a name that starts with x_";
        case Kind::key:
            return "a string or bytes";
        case Kind::roles:
            return "a dictionary of roles, their features booleans";
        case Kind::route:
            return "a list of dictionaries with session, authid and authrole";
    }
    return "something else";
}

// Rules that several messages share.

// rfc/text/advanced/payload_passthru_mode, and payload transparency of older clients.
constexpr std::array payload_rules = {
    Rule{"ppt_scheme", Kind::text},      Rule{"ppt_serializer", Kind::text},
    Rule{"ppt_cipher", Kind::text},      Rule{"ppt_keyid", Kind::text},
    Rule{"enc_algo", Kind::algorithm},   Rule{"enc_key", Kind::key},
    Rule{"enc_serializer", Kind::text},  Rule{"forward_for", Kind::route},
    Rule{"transaction_hash", Kind::text}};

constexpr std::array callee_rules = {Rule{"progress", Kind::boolean}, Rule{"callee", Kind::id},
                                     Rule{"callee_authid", Kind::text},
                                     Rule{"callee_authrole", Kind::text}};

constexpr std::array farewell_rules = {Rule{"message", Kind::text},
                                       Rule{"resumable", Kind::boolean}};

// Rules of one message each.

constexpr std::array hello_rules = {
    Rule{"roles", Kind::roles},       Rule{"agent", Kind::text},
    Rule{"authmethods", Kind::texts}, Rule{"authid", Kind::text},
    Rule{"authrole", Kind::text},     Rule{"authextra", Kind::dict},
    Rule{"transport", Kind::dict},    Rule{"resumable", Kind::boolean},
    Rule{"resume-session", Kind::id}, Rule{"resume-token", Kind::text}};

constexpr std::array welcome_rules = {
    Rule{"roles", Kind::roles},       Rule{"agent", Kind::text},
    Rule{"realm", Kind::text},        Rule{"authid", Kind::text},
    Rule{"authrole", Kind::text},     Rule{"authmethod", Kind::text},
    Rule{"authprovider", Kind::text}, Rule{"authextra", Kind::dict},
    Rule{"resumable", Kind::boolean}, Rule{"resumed", Kind::boolean},
    Rule{"resume_token", Kind::text}};

// rfc/text/advanced/authentication_*.
constexpr std::array authentication_rules = {
    Rule{"challenge", Kind::text}, Rule{"salt", Kind::text},
    Rule{"keylen", Kind::integer}, Rule{"iterations", Kind::integer},
    Rule{"memory", Kind::integer}, Rule{"kdf", Kind::text},
    Rule{"nonce", Kind::text},     Rule{"channel_binding", Kind::text}};

constexpr std::array publish_rules = {Rule{"acknowledge", Kind::boolean},
                                      Rule{"exclude_me", Kind::boolean},
                                      Rule{"disclose_me", Kind::boolean},
                                      Rule{"exclude", Kind::ids},
                                      Rule{"exclude_authid", Kind::texts},
                                      Rule{"exclude_authrole", Kind::texts},
                                      Rule{"eligible", Kind::ids},
                                      Rule{"eligible_authid", Kind::texts},
                                      Rule{"eligible_authrole", Kind::texts},
                                      Rule{"retain", Kind::boolean},
                                      Rule{"rkey", Kind::text},
                                      Rule{"x_acknowledged_delivery", Kind::boolean}};

constexpr std::array event_rules = {Rule{"publisher", Kind::id},
                                    Rule{"publisher_authid", Kind::text},
                                    Rule{"publisher_authrole", Kind::text},
                                    Rule{"topic", Kind::text},
                                    Rule{"retained", Kind::boolean},
                                    Rule{"trustlevel", Kind::integer},
                                    Rule{"x_acknowledged_delivery", Kind::boolean}};

constexpr std::array subscribe_rules = {Rule{"match", Kind::text},
                                        Rule{"get_retained", Kind::boolean},
                                        Rule{"nkey", Kind::text}, Rule{"forward_for", Kind::route}};

constexpr std::array unsubscribed_rules = {Rule{"subscription", Kind::id},
                                           Rule{"reason", Kind::text}};

constexpr std::array register_rules = {Rule{"match", Kind::text},
                                       Rule{"invoke", Kind::text},
                                       Rule{"nkey", Kind::text},
                                       Rule{"concurrency", Kind::integer},
                                       Rule{"force_reregister", Kind::boolean},
                                       Rule{"disclose_caller", Kind::boolean},
                                       Rule{"forward_timeout", Kind::boolean},
                                       Rule{"forward_for", Kind::route}};

constexpr std::array unregistered_rules = {Rule{"registration", Kind::id},
                                           Rule{"reason", Kind::text}};

constexpr std::array call_rules = {
    Rule{"timeout", Kind::integer},     Rule{"receive_progress", Kind::boolean},
    Rule{"progress", Kind::boolean},    Rule{"disclose_me", Kind::boolean},
    Rule{"runmode", Kind::text},        Rule{"rkey", Kind::text},
    Rule{"caller", Kind::id},           Rule{"caller_authid", Kind::text},
    Rule{"caller_authrole", Kind::text}};

constexpr std::array invocation_rules = {Rule{"timeout", Kind::integer},
                                         Rule{"receive_progress", Kind::boolean},
                                         Rule{"progress", Kind::boolean},
                                         Rule{"procedure", Kind::text},
                                         Rule{"caller", Kind::id},
                                         Rule{"caller_authid", Kind::text},
                                         Rule{"caller_authrole", Kind::text},
                                         Rule{"trustlevel", Kind::integer}};

constexpr std::array cancel_rules = {Rule{"mode", Kind::text}, Rule{"reason", Kind::text},
                                     Rule{"forward_for", Kind::route}};

/// The rules of a message: its own and those it shares.
struct RuleSet {
    Rules own;
    Rules shared;
};

RuleSet rules_of(MessageType type) {
    switch (type) {
        case MessageType::hello:
            return {hello_rules, {}};
        case MessageType::welcome:
            return {welcome_rules, {}};
        case MessageType::abort:
        case MessageType::goodbye:
            return {farewell_rules, {}};
        case MessageType::challenge:
        case MessageType::authenticate:
            return {authentication_rules, {}};
        case MessageType::publish:
            return {publish_rules, payload_rules};
        case MessageType::event:
            return {event_rules, payload_rules};
        case MessageType::subscribe:
            return {subscribe_rules, {}};
        case MessageType::unsubscribed:
            return {unsubscribed_rules, {}};
        case MessageType::register_:
            return {register_rules, {}};
        case MessageType::unregistered:
            return {unregistered_rules, {}};
        case MessageType::call:
            return {call_rules, payload_rules};
        case MessageType::invocation:
            return {invocation_rules, payload_rules};
        case MessageType::yield:
        case MessageType::result:
        case MessageType::error:
            return {callee_rules, payload_rules};
        case MessageType::cancel:
        case MessageType::interrupt:
            return {cancel_rules, {}};
        case MessageType::published:
        case MessageType::subscribed:
        case MessageType::unsubscribe:
        case MessageType::registered:
        case MessageType::unregister:
        case MessageType::event_received:
            return {};
    }
    return {};
}

const Rule* find_rule(Rules rules, std::string_view key) {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [key](const Rule& candidate) { return candidate.key == key; });
    return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace

Result<void> check_options(MessageType type, const Dict& options) {
    const RuleSet rules = rules_of(type);
    for (const auto& [key, value] : options) {
        if (value.is_null()) continue;
        const Rule* rule = find_rule(rules.own, key);
        if (rule == nullptr) rule = find_rule(rules.shared, key);
        if (rule == nullptr || has_kind(value, rule->kind)) continue;
        std::string text(to_text(type));
        text += ": ";
        text += rule->key;
        text += " must be ";
        text += wanted(rule->kind);
        return fail(uris::protocol_violation, std::move(text));
    }
    return {};
}

}  // namespace kreisel
