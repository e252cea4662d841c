// Log-ins by any sequence of messages, over realms whose users have every method. A line is what
// the peer or somebody else says next; after an outcome a new log-in begins:
//     [1,"realm1",{...}]   a message in JSON
//     !                    AUTHENTICATE with the right proof for the last challenge
//     y, n, e              the answer to a question: right, wrong, there is none
//     =JSON, ?URI          a callee's result or error
//     k, K, c              the next peer has the certificate of a user, that of nobody, a cookie
// The oracle knows the secrets: nobody gets in who did not give theirs.
#include "common/auth/cryptosign.hpp"
#include "common/auth/octets.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/base64.hpp"
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "router/access/handshake.hpp"
#include "tests/fuzz/patterns.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

constexpr std::size_t lines_max = 64;
constexpr std::string_view ticket = "joe's ticket";
constexpr std::string_view stored_ticket = "dora's ticket";
constexpr std::string_view cra_secret = "joe's secret";
constexpr std::string_view password = "pencil";
const std::string salt = "pepper and salt.";
const std::string private_key(cryptosign_key_size, 'k');
const std::string token_key(32, 't');
const std::string channel(32, 'x');
constexpr std::string_view fingerprint_of_tom = "aa11";

std::string token_of_jack() {
    const auto encode = [](std::string_view text) {
        std::string encoded = to_base64(octets_of(text));
        std::replace(encoded.begin(), encoded.end(), '+', '-');
        std::replace(encoded.begin(), encoded.end(), '/', '_');
        encoded.resize(encoded.find_last_not_of('=') + 1);
        return encoded;
    };
    const std::string text = encode(R"({"alg":"HS256"})") + "." +
                             encode(R"({"sub":"jack","role":"user","exp":4000000000})");
    return text + "." + encode(hmac_sha256(token_key, text));
}

ScramParameters parameters_of(AuthMethod method) {
    if (method == AuthMethod::autobahn_scram) {
        return {ScramKdf::autobahn_argon2id, salt, 1, 8};
    }
    return {ScramKdf::pbkdf2, salt, 4096, 0};
}

std::map<std::string, UserCredentials, std::less<>> make_users() {
    std::map<std::string, UserCredentials, std::less<>> users;
    users["joe"].ticket = ticket;
    users["joe"].wampcra = UserCredentials::WampCra{std::string(cra_secret), {}, 1000, 32};
    users["sal"].wampcra = UserCredentials::WampCra{std::string(cra_secret), "salt", 1000, 32};
    users["eve"].ticket_hash = "a hash that is checked elsewhere";
    users["pam"].scram = scram_credentials(password, parameters_of(AuthMethod::scram));
    users["sam"].scram = scram_credentials(password, parameters_of(AuthMethod::autobahn_scram));
    users["kim"].public_keys = {*cryptosign_public_key(private_key)};
    users["tom"].certificates = {
        {UserCredentials::Certificate::By::fingerprint, std::string(fingerprint_of_tom)}};
    for (auto& user : users) user.second.role = "user";
    return users;
}

/// realm1 has all users, closed no guests, stored looks users up, asked asks a procedure.
AccessSnapshotPtr make_access() {
    RealmAccess realm;
    realm.name = "realm1";
    realm.anonymous_role = "guest";
    realm.users = make_users();
    realm.router_key = std::string(cryptosign_key_size, 'r');
    realm.jwt = JwtRules{};
    realm.jwt->keys = {{"", *VerificationKey::from_secret(token_key)}};
    Permissions::Roles roles;
    roles.emplace("guest", RolePermissions());
    roles.emplace("user", RolePermissions());
    realm.permissions = std::make_shared<const Permissions>(std::move(roles));
    auto snapshot = std::make_shared<AccessSnapshot>();
    snapshot->version = 1;
    snapshot->mock_key = "a key for those who do not exist";
    const auto add = [&](std::string_view name) {
        realm.name = name;
        snapshot->realms.emplace(name, std::make_shared<const RealmAccess>(realm));
    };
    add("realm1");
    realm.anonymous_role.reset();
    realm.jwt.reset();
    add("closed");
    realm.has_user_database = true;
    realm.finds_users_by_key = true;
    realm.stand_in_role = "user";
    add("stored");
    realm.dynamic = {
        {{AuthMethod::anonymous, AuthMethod::ticket, AuthMethod::wampcra, AuthMethod::scram,
          AuthMethod::autobahn_scram, AuthMethod::cryptosign, AuthMethod::tls},
         "com.authenticate",
         "realm1"}};
    add("asked");
    return snapshot;
}

class LogIn {
  public:
    LogIn(const AccessSnapshotPtr& access, Random& random, const PeerFacts& peer)
        : peer_(peer), handshake_(access, random, peer) {}

    /// False once there is an outcome.
    bool line(std::string_view text) {
        switch (text.front()) {
            case 'y':
            case 'n':
            case 'e':
                return text.size() > 1 || answer(text.front());
            case '=':
            case '?':
                return callee(text);
            case '!':
                return say(right_answer());
            default:
                break;
        }
        auto message = decode(Encoding::json, SharedBytes::copy_of(text), {});
        return !message || say(std::move(*message));
    }

  private:
    bool say(Message message) {
        if (const auto* hello = std::get_if<Hello>(&message)) hello_ = hello->details;
        if (const auto* given = std::get_if<Authenticate>(&message)) {
            proof_ = given->signature;
            is_right_ = is_same_proof(proof_, right_answer().signature);
        }
        return step(handshake_.on_message(std::move(message), WallTime{}));
    }

    /// What who knows all the secrets says to the last challenge.
    [[nodiscard]] Authenticate right_answer() const {
        switch (auth_method_of(challenge_.method).value_or(AuthMethod::anonymous)) {
            case AuthMethod::ticket:
                return {authid() == "joe"    ? std::string(ticket)
                        : authid() == "dora" ? std::string(stored_ticket)
                                             : token_of_jack(),
                        {}};
            case AuthMethod::wampcra:
                return {wampcra_sign(cra_secret, extra("challenge")), {}};
            case AuthMethod::scram:
            case AuthMethod::autobahn_scram:
                return scram_answer();
            case AuthMethod::cryptosign: {
                const auto challenge = from_hex(extra("challenge")).value_or("");
                const std::string bound = extra("channel_binding").empty() ? "" : channel;
                return {cryptosign_sign(private_key, challenge, bound), {}};
            }
            case AuthMethod::anonymous:
            case AuthMethod::tls:
            case AuthMethod::cookie:
                return {};
        }
        return {};
    }

    [[nodiscard]] Authenticate scram_answer() const {
        const bool is_wamp = challenge_.method == "wamp-scram";
        const Dict* asked = hello_.find_dict("authextra");
        const auto in_hello = [asked](std::string_view key) {
            return std::string(asked == nullptr ? "" : asked->find_text(key).value_or(""));
        };
        ScramExchange exchange;
        exchange.authid = authid();
        exchange.client_nonce = in_hello("nonce");
        exchange.nonce = extra("nonce");
        exchange.salt = extra("salt");
        exchange.iterations = is_wamp ? 4096 : 1;
        exchange.channel_binding = in_hello("channel_binding");
        const bool is_bound = !exchange.channel_binding.empty();
        if (is_bound) exchange.cbind_data = channel;
        static const std::string keys[] = {
            *scram_salted_password(password, parameters_of(AuthMethod::scram)),
            *scram_salted_password(password, parameters_of(AuthMethod::autobahn_scram))};
        const std::string said =
            scram_auth_message(exchange, is_wamp ? ScramDialect::wamp : ScramDialect::autobahn);
        const std::string proof = scram_proof(scram_client_key(keys[is_wamp ? 0 : 1]), said);
        Dict more{{"nonce", exchange.nonce}};
        if (is_bound) {
            more.append("channel_binding", exchange.channel_binding);
            more.append("cbind_data", to_base64(octets_of(channel)));
        }
        return {to_base64(octets_of(proof)), std::move(more)};
    }

    /// The same proof may be written in several ways.
    [[nodiscard]] bool is_same_proof(const std::string& given, const std::string& right) const {
        if (challenge_.method == "ticket" && authid() != "joe" && authid() != "dora") {
            return given.substr(0, given.rfind('.')) == right.substr(0, right.rfind('.'));
        }
        if (challenge_.method == "cryptosign") return from_hex(given) == from_hex(right);
        if (challenge_.method == "wampcra" || challenge_.method == "ticket") return given == right;
        return octets_from_base64(given) == octets_from_base64(right);
    }

    bool answer(char what) {
        if (!question_) return true;
        const AuthQuestion question = *std::exchange(question_, std::nullopt);
        was_right_ = what == 'y';
        if (what == 'e') {
            return step(handshake_.on_answer(fail("wamp.error.unavailable", "nobody is there")));
        }
        if (std::holds_alternative<CheckPassword>(question)) {
            return step(handshake_.on_answer(PasswordChecked{was_right_}));
        }
        if (const auto* asked = std::get_if<FindUser>(&question)) return found(*asked);
        return step(handshake_.on_answer(CalleeSaid{was_right_ ? Value("user") : Value()}));
    }

    /// The database has dora and, by its key, kim.
    bool found(const FindUser& asked) {
        UserCredentials dora{"user", std::string(stored_ticket), {}};
        UserCredentials kim{"user", {}, {}};
        kim.public_keys = {*cryptosign_public_key(private_key)};
        const bool is_key = asked.authid.empty();
        const bool is_there =
            is_key ? kim.has_public_key(asked.public_key) : asked.authid == "dora";
        was_found_ = was_right_ && is_there;
        if (!was_found_) return step(handshake_.on_answer(UserFound{"", {}, dora}));
        return step(handshake_.on_answer(UserFound{is_key ? "kim" : "dora", is_key ? kim : dora}));
    }

    bool callee(std::string_view text) {
        if (!question_ || !std::holds_alternative<AskCallee>(*question_)) return true;
        if (text.front() == '?') {
            question_.reset();
            return step(handshake_.on_answer(CalleeSaid{{}, Uri(text.substr(1))}));
        }
        // A result comes the way that all results do.
        const std::string result = "[50,1,{},[" + std::string(text.substr(1)) + "]]";
        const auto message = decode(Encoding::json, SharedBytes::copy_of(result), {});
        const auto* said = message ? std::get_if<ResultMessage>(&*message) : nullptr;
        if (said == nullptr) return true;
        const List args = read_payload(said->payload).args;
        if (args.empty()) return true;
        question_.reset();
        was_right_ = true;
        return step(handshake_.on_answer(CalleeSaid{args.front()}));
    }

    bool step(HandshakeStep next) {
        if (const auto* reply = std::get_if<HandshakeReply>(&next)) {
            const auto* challenge = std::get_if<Challenge>(&reply->message);
            CHECK(challenge != nullptr, "before WELCOME or ABORT only a challenge is said");
            challenge_ = *challenge;
            return true;
        }
        if (auto* question = std::get_if<AuthQuestion>(&next)) {
            question_ = std::move(*question);
            was_right_ = false;
            return true;
        }
        if (const auto* refused = std::get_if<HandshakeRefused>(&next)) {
            CHECK(!refused->abort.reason.empty() && !refused->why.empty(),
                  "a refusal has a reason");
            return false;
        }
        if (const auto* accepted = std::get_if<HandshakeAccepted>(&next)) check(*accepted);
        return false;
    }

    void check(const HandshakeAccepted& accepted) const {
        const SessionInfo& session = accepted.session;
        const std::string_view method = session.authmethod;
        CHECK(session.authprovider != "dynamic" || accepted.realm->name == "asked",
              "procedures judge where they are asked");
        if (session.authprovider == "dynamic") {
            const bool has_proof = method == "anonymous" || method == "ticket" || method == "tls";
            return CHECK(!has_proof || was_right_, "the procedure said so");
        }
        if (method == "anonymous") {
            return CHECK(accepted.realm->name == "realm1" && session.authrole == "guest",
                         "anonymous is for the open realm, as a guest");
        }
        CHECK(session.authrole == "user", "a user has its role");
        CHECK(session.authprovider != "database" || was_found_, "the database knows who it is");
        if (session.authprovider == "jwt") {
            return CHECK(is_right_ && session.authid == "jack", "a token of jack");
        }
        if (method == "tls") {
            return CHECK(session.authid == "tom" && peer_.certificate->sha256 == fingerprint_of_tom,
                         "tom showed his certificate");
        }
        if (method == "cookie") {
            return CHECK(peer_.cookie_login && session.authid == peer_.cookie_login->authid,
                         "the cookie stands for its user");
        }
        if (session.authid == "eve") return CHECK(was_right_, "eve's ticket was right");
        CHECK(is_right_, "who is in has given the proof");
        const std::string_view whose = method == "ticket"       ? "joe dora"
                                       : method == "wampcra"    ? "joe sal"
                                       : method == "wamp-scram" ? "pam"
                                       : method == "scram"      ? "sam"
                                                                : "kim";
        CHECK(whose.find(session.authid) != std::string_view::npos, "each has a method");
    }

    [[nodiscard]] std::string authid() const {
        return std::string(hello_.find_text("authid").value_or(""));
    }
    [[nodiscard]] std::string extra(std::string_view key) const {
        return std::string(challenge_.extra.find_text(key).value_or(""));
    }

    PeerFacts peer_;
    Handshake handshake_;
    Dict hello_;
    Challenge challenge_;
    std::string proof_;
    std::optional<AuthQuestion> question_;
    bool is_right_ = false;   ///< the last proof
    bool was_right_ = false;  ///< the last answer to a question
    bool was_found_ = false;
};

PeerFacts make_peer(char what) {
    PeerFacts peer{.transport = Dict{{"type", "fuzz"}}};
    if (what == 'k' || what == 'K') {
        peer.certificate = ClientCertificate{
            "CN=tom", "tom", what == 'k' ? std::string(fingerprint_of_tom) : "bb22"};
        peer.tls_exporter = channel;
    }
    if (what == 'c') peer.cookie_login = CookieLogin{"realm1", "joe", "user", "static"};
    return peer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const AccessSnapshotPtr access = make_access();
    SeededRandom random(1);
    std::optional<LogIn> log_in;
    char next = ' ';
    fuzz::for_each_line(data, size, lines_max, [&](std::string_view text) {
        if (text == "k" || text == "K" || text == "c") {
            next = text.front();
            return;
        }
        if (!log_in) log_in.emplace(access, random, make_peer(std::exchange(next, ' ')));
        if (!log_in->line(text)) log_in.reset();
    });
    return 0;
}
