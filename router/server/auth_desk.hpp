#pragma once
// AuthDesk: carries the questions of log-ins to whoever can answer them, and the answers back to
// the shard that asked.
//
// Owned by the Router. Asked on any shard; each question gets exactly one answer, which may come
// long after its connection has gone; none after stop().

#include "common/base/clock.hpp"
#include "router/access/auth_question.hpp"
#include "router/config/config.hpp"
#include "router/server/metrics_text.hpp"
#include "router/users/password_checker.hpp"
#include "router/users/user_directory.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kreisel {

class Shard;

class AuthDesk {
  public:
    using OnAnswer = std::function<void(AuthAnswer)>;

    explicit AuthDesk(const PasswordCheckConfig& password_checks);

    /// Asks the databases of `config` from now on. Control thread.
    void set_databases(const RouterConfig& config);

    /// `on_answer` runs on `asker`'s thread, after this call.
    void ask(Shard& asker, AuthQuestion question, OnAnswer on_answer);
    [[nodiscard]] PoolFigures password_checks() const { return passwords_.figures(); }
    /// By realm. Any thread.
    [[nodiscard]] std::vector<UserDatabaseReading> user_databases() const;
    /// Ends the background threads. Control thread, before the shards go.
    void stop();

  private:
    void find_user(Shard& asker, const FindUser& question, OnAnswer on_answer);
    void check_password(Shard& asker, CheckPassword question, const OnAnswer& on_answer);

    using Directories = std::map<std::string, std::shared_ptr<UserDirectory>, std::less<>>;

    SystemClock clock_;
    PasswordChecker passwords_;
    mutable std::mutex mutex_;  ///< guards the map
    /// By realm.
    Directories directories_;
    /// Replaced by a reload; they go when their last question is answered. Control thread.
    std::vector<std::shared_ptr<UserDirectory>> retired_;
};

}  // namespace kreisel
