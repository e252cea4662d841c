#include "tests/scenario/lib/script.hpp"

#include "common/wamp/messages.hpp"
#include "tests/scenario/lib/script_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace kreisel::scenario {

namespace {

constexpr std::array<MessageType, 25> all_types = {
    MessageType::hello,         MessageType::welcome,      MessageType::abort,
    MessageType::challenge,     MessageType::authenticate, MessageType::goodbye,
    MessageType::error,         MessageType::publish,      MessageType::published,
    MessageType::subscribe,     MessageType::subscribed,   MessageType::unsubscribe,
    MessageType::unsubscribed,  MessageType::event,        MessageType::call,
    MessageType::cancel,        MessageType::result,       MessageType::register_,
    MessageType::registered,    MessageType::unregister,   MessageType::unregistered,
    MessageType::invocation,    MessageType::interrupt,    MessageType::yield,
    MessageType::event_received};

std::string_view trimmed(std::string_view line) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
        line.remove_suffix(1);
    }
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) {
        line.remove_prefix(1);
    }
    return line;
}

class ScriptParser {
  public:
    Script parse(std::string_view text) {
        while (!text.empty()) {
            const auto end = text.find('\n');
            const auto line = trimmed(text.substr(0, end));
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
            ++line_;
            if (line.empty() || line.front() == '#') continue;
            try {
                parse_line(line);
            } catch (const std::exception& error) {
                throw TextError("line " + std::to_string(line_) + ": " + error.what());
            }
        }
        if (script_.title.empty()) throw TextError("the text has no title");
        if (script_.covers.empty()) throw TextError("the text covers nothing");
        return std::move(script_);
    }

  private:
    void parse_line(std::string_view line) {
        const auto space = line.find(' ');
        const auto word = line.substr(0, space);
        const auto rest =
            space == std::string_view::npos ? std::string_view{} : trimmed(line.substr(space));
        if (std::isupper(static_cast<unsigned char>(word.front())) != 0) {
            return session_line(line, word, rest);
        }
        if (word == "!") return control_line(line, rest);
        if (word == "check") return check_line(line, rest);
        if (word == "wait") return wait_line(line, rest);
        head_line(word, rest);
    }

    void head_line(std::string_view word, std::string_view rest) {
        const auto words = words_of(rest);
        if (word == "title") {
            script_.title = rest;
        } else if (word == "covers") {
            for (const auto number : words)
                script_.covers.push_back(std::stoi(std::string(number)));
        } else if (word == "only") {
            script_.only = encoding_of(rest);
        } else if (word == "pure") {
            if (rest.empty()) throw TextError("`pure` needs a reason");
            script_.pure_reason = rest;
        } else if (word == "realm") {
            script_.realms.push_back(parse_realm(words));
        } else if (word == "user") {
            user_line(words);
        } else if (word == "trust") {
            trust_line(words);
        } else if (word == "history") {
            realm_of(words).history.push_back(parse_history(words));
        } else if (word == "authorizer") {
            if (words.size() < 2) throw TextError("authorizer needs a role and a procedure");
            realm_of(words).authorizers[std::string(words[0])] = words[1];
        } else if (word == "role") {
            auto [role, rule] = role_rule(words);
            realm_of(words).roles[role].push_back(std::move(rule));
        } else {
            throw TextError("unknown word " + std::string(word));
        }
    }
    static Encoding encoding_of(std::string_view name) {
        for (const auto encoding : {Encoding::json, Encoding::msgpack, Encoding::cbor}) {
            if (to_text(encoding) == name) return encoding;
        }
        throw TextError("`only` is for one of json, msgpack and cbor");
    }
    void user_line(const std::vector<std::string_view>& words) {
        if (words.empty()) throw TextError("a user needs a name");
        realm_of(words).users.push_back({std::string(words[0]), option_of(words, "role", "user"),
                                         option_of(words, "ticket", "secret")});
    }
    void trust_line(const std::vector<std::string_view>& words) {
        if (words.size() < 2) throw TextError("trust needs a role and a level");
        const auto level = static_cast<std::uint32_t>(std::stoul(std::string(words[1])));
        realm_of(words).trust_levels[std::string(words[0])] = level;
    }
    static std::pair<std::string, PermissionRule> role_rule(
        const std::vector<std::string_view>& words) {
        if (words.empty()) throw TextError("a role needs a name");
        return {std::string(words[0]), parse_rule({words.begin() + 1, words.end()})};
    }
    RealmSetting& realm_of(const std::vector<std::string_view>& words) {
        make_default_realm();
        const std::string name = option_of(words, "realm", script_.realms.front().name);
        for (RealmSetting& realm : script_.realms) {
            if (realm.name == name) return realm;
        }
        throw TextError("no realm " + name + " in the head");
    }
    void make_default_realm() {
        if (script_.realms.empty()) script_.realms.push_back(parse_realm({"realm1"}));
    }

    Step& add_step(std::string_view line) {
        make_default_realm();
        Step& step = script_.steps.emplace_back();
        step.line = line_;
        step.source = line;
        return step;
    }
    void session_line(std::string_view line, std::string_view word, std::string_view rest) {
        Step& step = add_step(line);
        if (rest == "x") {
            step.kind = Step::Kind::drop;
            step.session = word;
            return;
        }
        const auto mark = word.find_first_of("><:");
        if (mark == std::string_view::npos) throw TextError("no `:`, `>`, `<` or ` x`");
        step.session = word.substr(0, mark);
        if (word.substr(mark) == ":") {
            step.kind = Step::Kind::declare;
            step.setting = parse_session(step.session, words_of(rest), script_.realms);
        } else if (word.substr(mark) == ">") {
            parse_send(rest, step);
        } else if (word.substr(mark) == "<" || word.substr(mark) == "<~") {
            step.kind = word.back() == '~' ? Step::Kind::expect_later : Step::Kind::expect;
            parse_expect(rest, step);
        } else {
            throw TextError("unknown mark " + std::string(word.substr(mark)));
        }
    }
    void control_line(std::string_view line, std::string_view rest) {
        auto words = words_of(rest);
        if (words.size() < 2) throw TextError("`!` needs a verb and a name");
        Step& step = add_step(line);
        step.first = words[1];
        if (words[0] == "close_realm") {
            step.kind = Step::Kind::close_realm;
        } else if (words[0] == "remove_role") {
            step.kind = Step::Kind::remove_role;
        } else if (words[0] == "hold") {
            step.kind = Step::Kind::hold;
        } else if (words[0] == "resume") {
            step.kind = Step::Kind::resume;
        } else if (words[0] == "refuse") {
            step.kind = Step::Kind::refuse;
            if (words.size() > 2) step.second = words[2];
        } else if (words[0] == "restart") {
            step.kind = Step::Kind::restart;
        } else if (words[0] == "storage") {
            step.kind = Step::Kind::set_storage;
            if (words.size() > 2) step.second = words[2];
        } else if (words[0] == "history") {
            step.kind = Step::Kind::set_history;
            words.erase(words.begin(), words.begin() + 2);
            step.history.push_back(parse_history(words));
        } else if (words[0] == "role") {
            step.kind = Step::Kind::set_role;
            words.erase(words.begin(), words.begin() + 2);
            step.rules.push_back(parse_rule(words));
        } else {
            throw TextError("unknown verb " + std::string(words[0]));
        }
        if (script_.pure_reason.empty()) throw TextError("`!` works in a `pure` text only");
    }
    void wait_line(std::string_view line, std::string_view rest) {
        if (!rest.ends_with("ms")) throw TextError("wait needs a time like 300ms");
        Step& step = add_step(line);
        step.kind = Step::Kind::wait;
        step.duration = std::chrono::milliseconds{std::stoi(std::string(rest))};
    }
    void check_line(std::string_view line, std::string_view rest) {
        const auto words = words_of(rest);
        if (words.size() != 3) throw TextError("check needs $a == $b, $a != $b or $a is id");
        Step& step = add_step(line);
        step.first = words[0].substr(1);
        step.second = words[2].substr(1);
        if (words[1] == "is" && words[2] == "id") {
            step.kind = Step::Kind::check_id;
        } else if (words[1] == "==" || words[1] == "!=") {
            step.kind = words[1] == "==" ? Step::Kind::check_same : Step::Kind::check_differ;
        } else {
            throw TextError("check needs $a == $b, $a != $b or $a is id");
        }
    }

    Script script_;
    int line_ = 0;
};

}  // namespace

Script parse_script(std::string_view text) { return ScriptParser().parse(text); }

PermissionsPtr permissions_of(const RealmSetting& setting) {
    auto roles = setting.roles;
    if (setting.anonymous_role) roles.try_emplace(*setting.anonymous_role);
    for (const UserSetting& user : setting.users) roles.try_emplace(user.role);
    for (const auto& authorized : setting.authorizers) roles.try_emplace(authorized.first);
    Permissions::Roles judged;
    for (auto& [role, rules] : roles) {
        RoleTraits traits;
        const auto trust = setting.trust_levels.find(role);
        if (trust != setting.trust_levels.end()) traits.trust_level = trust->second;
        const auto authorizer = setting.authorizers.find(role);
        if (authorizer != setting.authorizers.end()) traits.authorizer = authorizer->second;
        if (rules.empty() && traits.authorizer.empty()) {
            rules.push_back(parse_rule({"any", "allow=all"}));
        }
        rules.push_back(parse_rule({"exact", fence_topic, "allow=all"}));
        rules.push_back(parse_rule({"exact", fence_procedure, "allow=all"}));
        judged.emplace(role, RolePermissions(rules, std::move(traits)));
    }
    return std::make_shared<const Permissions>(std::move(judged));
}

std::optional<int> message_type_of(std::string_view name) {
    for (const MessageType type : all_types) {
        if (to_text(type) == name) return static_cast<int>(type);
    }
    return std::nullopt;
}

std::string message_text(const Value& message) {
    const auto* list = message.get_if<List>();
    if (list == nullptr || list->empty()) return to_text(message);
    std::string text;
    const auto type = (*list)[0].to_uint();
    for (const MessageType known : all_types) {
        if (type == static_cast<std::uint64_t>(known)) text = to_text(known);
    }
    if (text.empty()) return to_text(message);
    for (std::size_t i = 1; i < list->size(); ++i) text += " " + to_text((*list)[i]);
    return text;
}

}  // namespace kreisel::scenario
