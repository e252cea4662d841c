// Knows that threads exist: answers come from the realms' callees and from background threads.
#include "router/server/auth_desk.hpp"

#include "common/codec/codec.hpp"
#include "common/wamp/errors.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/shard.hpp"

#include <utility>

namespace kreisel {

namespace {

/// The answer comes by post even where it is known at once: who asks is in the middle of a step.
void answer(Shard& asker, AuthDesk::OnAnswer on_answer, AuthAnswer said) {
    asker.post([on_answer = std::move(on_answer), said = std::move(said)]() mutable {
        on_answer(std::move(said));
    });
}

/// What the callee answered, as far as a log-in wants to know.
AuthAnswer read_answer(const Message& message) {
    if (const auto* error = std::get_if<ErrorMessage>(&message)) {
        return CalleeSaid{Value(), error->error};
    }
    const auto* result = std::get_if<ResultMessage>(&message);
    if (result == nullptr || result->payload.is_opaque) {
        return fail(uris::authentication_failed, "the callee gave no readable result");
    }
    List args = read_payload(result->payload).args;
    return CalleeSaid{args.empty() ? Value() : std::move(args.front()), {}};
}

void ask_callee(Shard& asker, AskCallee question, AuthDesk::OnAnswer on_answer) {
    const auto& hosts = asker.view()->hosts;
    const auto found = hosts.find(question.realm);
    if (found == hosts.end()) {
        return answer(asker, std::move(on_answer),
                      fail(uris::authentication_failed, "the authenticator's realm is not here"));
    }
    found->second->ask(
        std::move(question.procedure), make_payload(question.arguments), question.timeout,
        [on_answer = std::move(on_answer)](const Message& said) { on_answer(read_answer(said)); });
}

}  // namespace

AuthDesk::AuthDesk(const PasswordCheckConfig& password_checks)
    : passwords_(
          {.pool = {.threads = password_checks.threads, .waiting_max = password_checks.waiting_max},
           .remembered_for = password_checks.remembered_for},
          clock_) {}

void AuthDesk::stop() {
    passwords_.stop();
    const std::lock_guard guard(mutex_);
    for (const auto& [realm, directory] : directories_) directory->stop();
    for (const auto& directory : retired_) directory->stop();
}

void AuthDesk::set_databases(const RouterConfig& config) {
    std::erase_if(retired_, [](const auto& old) { return old->figures().waiting == 0; });
    Directories next;
    const std::lock_guard guard(mutex_);
    for (const RealmConfig& realm : config.realms) {
        if (!realm.user_database) continue;
        const auto known = directories_.find(realm.name);
        const bool is_same =
            known != directories_.end() && known->second->config() == *realm.user_database;
        next[realm.name] =
            is_same ? known->second
                    : std::make_shared<UserDirectory>(realm.name, *realm.user_database, clock_);
    }
    for (const auto& [realm, directory] : directories_) {
        const auto now = next.find(realm);
        if (now == next.end() || now->second != directory) retired_.push_back(directory);
    }
    directories_ = std::move(next);
}

std::vector<UserDatabaseReading> AuthDesk::user_databases() const {
    std::vector<UserDatabaseReading> readings;
    const std::lock_guard guard(mutex_);
    for (const auto& [realm, directory] : directories_) {
        readings.push_back({realm, directory->figures(), directory->errors()});
    }
    return readings;
}

void AuthDesk::ask(Shard& asker, AuthQuestion question, OnAnswer on_answer) {
    if (auto* check = std::get_if<CheckPassword>(&question)) {
        return check_password(asker, std::move(*check), on_answer);
    }
    if (auto* callee = std::get_if<AskCallee>(&question)) {
        return ask_callee(asker, std::move(*callee), std::move(on_answer));
    }
    if (const auto* find = std::get_if<FindUser>(&question)) {
        return find_user(asker, *find, std::move(on_answer));
    }
    answer(asker, std::move(on_answer),
           fail(uris::authentication_failed, "nobody here answers this question"));
}

void AuthDesk::find_user(Shard& asker, const FindUser& question, OnAnswer on_answer) {
    std::shared_ptr<UserDirectory> directory;
    {
        const std::lock_guard guard(mutex_);
        const auto found = directories_.find(question.realm);
        if (found != directories_.end()) directory = found->second;
    }
    const auto refuse = [](const std::string& why) {
        return fail(uris::authentication_failed, why);
    };
    if (directory == nullptr) {
        return answer(asker, std::move(on_answer), refuse("the realm has no user database now"));
    }
    const auto on_found = [&asker, on_answer, refuse](UserDirectory::Found found) {
        if (found) {
            answer(asker, on_answer, std::move(*found));
        } else {
            answer(asker, on_answer, refuse(found.error()));
        }
    };
    if (directory->find(question, on_found)) return;
    asker.metrics().reached(Limit::user_database_waiting_max);
    answer(asker, on_answer,
           fail(uris::unavailable,
                "too many log-ins wait for the user database (user_database.waiting_max)"));
}

void AuthDesk::check_password(Shard& asker, CheckPassword question, const OnAnswer& on_answer) {
    const auto on_checked = [&asker, on_answer](bool is_right) {
        answer(asker, on_answer, PasswordChecked{is_right});
    };
    const bool is_taken =
        passwords_.check(std::move(question.hash), std::move(question.password), on_checked);
    if (is_taken) return;
    asker.metrics().reached(Limit::password_checks_waiting_max);
    answer(asker, on_answer,
           fail(uris::unavailable,
                "too many tickets wait to be checked (password_checks.waiting_max)"));
}

}  // namespace kreisel
