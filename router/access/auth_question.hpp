#pragma once
// AuthQuestion: what a log-in needs to know from elsewhere: a user that stands in a database, a
// check that costs too much for a shard's thread, the judgement of a callee.
//
// Asked by Handshake, carried by the router's AuthDesk (router/server), answered once by
// Handshake::on_answer(). Values only: they cross threads.

#include "common/base/result.hpp"
#include "common/wamp/uri.hpp"
#include "common/wamp/value.hpp"
#include "router/access/realm_access.hpp"

#include <optional>
#include <string>
#include <variant>

namespace kreisel {

/// Who is it? By authid or, where that is empty, by cryptosign's public key. Answered by UserFound.
struct FindUser {
    Uri realm;
    std::string authid;
    std::string public_key;
};
struct UserFound {
    std::string authid;
    /// Nothing: no such user.
    std::optional<UserCredentials> credentials;
    /// What users of the same source look like, for the stand-in.
    std::optional<UserCredentials> model{};
};

/// Does `password` belong to `hash`, which is slow to find out on purpose? Answered by
/// PasswordChecked.
struct CheckPassword {
    std::string hash;
    std::string password;
};
struct PasswordChecked {
    bool is_right = false;
};

/// What does the callee of `procedure` in `realm` say? Answered by CalleeSaid.
struct AskCallee {
    Uri realm;
    Uri procedure;
    List arguments;
    Duration timeout{};
};
struct CalleeSaid {
    /// The first positional argument of its RESULT.
    Value result;
    /// URI of its ERROR; empty: it gave a result.
    Uri error{};
};

using AuthQuestion = std::variant<FindUser, CheckPassword, AskCallee>;
/// An Error: there is no answer (no callee, database down). It becomes ABORT
/// wamp.error.authentication_failed; its text is for the log. With wamp.error.unavailable it is the
/// router that is too busy: the connection is closed without an ABORT, which clients would take for
/// the last word.
using AuthAnswer = Result<std::variant<UserFound, PasswordChecked, CalleeSaid>>;

}  // namespace kreisel
