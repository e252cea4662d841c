// Log-ins by any sequence of messages, over a realm whose users have every method. A line is what
// the peer or somebody else says next; after an outcome a new log-in begins:
//     [1,"realm1",{...}]   a message in JSON
//     !                    AUTHENTICATE with joe's right signature of the last challenge
//     y, n, e              the answer to a question: right, wrong, there is none
// The oracle knows the secrets: nobody gets in as joe or eve who did not give theirs.
#include "common/auth/wampcra.hpp"
#include "common/base/check.hpp"
#include "common/codec/codec.hpp"
#include "router/access/handshake.hpp"
#include "tests/fuzz/patterns.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace kreisel;

constexpr std::size_t lines_max = 64;
constexpr std::string_view ticket = "joe's ticket";
constexpr std::string_view cra_secret = "joe's secret";

AccessSnapshotPtr make_access() {
    auto realm = std::make_shared<RealmAccess>();
    realm->name = "realm1";
    realm->anonymous_role = "guest";
    UserCredentials joe;
    joe.role = "user";
    joe.ticket = ticket;
    joe.wampcra = UserCredentials::WampCra{std::string(cra_secret), {}, 1000, 32};
    realm->users.emplace("joe", joe);
    UserCredentials eve;
    eve.role = "user";
    eve.ticket_hash = "a hash that is checked elsewhere";
    realm->users.emplace("eve", eve);
    Permissions::Roles roles;
    roles.emplace("guest", RolePermissions());
    roles.emplace("user", RolePermissions());
    realm->permissions = std::make_shared<const Permissions>(std::move(roles));
    auto closed = std::make_shared<RealmAccess>(*realm);
    closed->name = "closed";
    closed->anonymous_role.reset();
    auto snapshot = std::make_shared<AccessSnapshot>();
    snapshot->version = 1;
    snapshot->mock_key = "a key for those who do not exist";
    snapshot->realms.emplace("realm1", std::move(realm));
    snapshot->realms.emplace("closed", std::move(closed));
    return snapshot;
}

class LogIn {
  public:
    LogIn(const AccessSnapshotPtr& access, Random& random)
        : handshake_(access, random, PeerFacts{.transport = Dict{{"type", "fuzz"}}}) {}

    /// False once there is an outcome.
    bool line(std::string_view text) {
        if (text == "y" || text == "n" || text == "e") return answer(text.front());
        if (text == "!") {
            return step(handshake_.on_message(
                Authenticate{wampcra_sign(cra_secret, challenge_), {}}, WallTime{}));
        }
        auto message = decode(Encoding::json, SharedBytes::copy_of(text), {});
        if (!message) return true;
        if (const auto* given = std::get_if<Authenticate>(&*message)) {
            proof_ = given->signature;
        } else {
            proof_.clear();
        }
        return step(handshake_.on_message(std::move(*message), WallTime{}));
    }

  private:
    bool answer(char what) {
        if (!question_) return true;
        const bool is_password = std::holds_alternative<CheckPassword>(*question_);
        const bool is_user = std::holds_alternative<FindUser>(*question_);
        question_.reset();
        was_right_ = what == 'y';
        if (what == 'e') {
            return step(handshake_.on_answer(fail("wamp.error.unavailable", "nobody is there")));
        }
        if (is_password) return step(handshake_.on_answer(PasswordChecked{was_right_}));
        if (is_user) return step(handshake_.on_answer(UserFound{}));
        return step(handshake_.on_answer(CalleeSaid{}));
    }

    bool step(HandshakeStep next) {
        if (const auto* reply = std::get_if<HandshakeReply>(&next)) {
            const auto* challenge = std::get_if<Challenge>(&reply->message);
            CHECK(challenge != nullptr, "before WELCOME or ABORT only a challenge is said");
            challenge_ = challenge->extra.find_text("challenge").value_or("");
            return true;
        }
        if (auto* question = std::get_if<AuthQuestion>(&next)) {
            question_ = std::move(*question);
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
        if (session.authmethod == "anonymous") {
            CHECK(accepted.realm->name == "realm1" && session.authrole == "guest",
                  "anonymous is for the open realm, as a guest");
            return;
        }
        CHECK(session.authrole == "user", "a user has its role");
        if (session.authmethod == "ticket" && session.authid == "joe") {
            CHECK(proof_ == ticket, "joe gave his ticket");
        } else if (session.authmethod == "ticket") {
            CHECK(session.authid == "eve" && was_right_, "eve's ticket was right");
        } else {
            CHECK(session.authmethod == "wampcra" && session.authid == "joe", "no other way in");
            CHECK(proof_.empty() || proof_ == wampcra_sign(cra_secret, challenge_),
                  "joe signed the challenge");
        }
    }

    Handshake handshake_;
    std::string challenge_;
    std::string proof_;
    std::optional<AuthQuestion> question_;
    bool was_right_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const AccessSnapshotPtr access = make_access();
    SeededRandom random(1);
    std::optional<LogIn> log_in;
    fuzz::for_each_line(data, size, lines_max, [&](std::string_view text) {
        if (!log_in) log_in.emplace(access, random);
        if (!log_in->line(text)) log_in.reset();
    });
    return 0;
}
