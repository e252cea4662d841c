#pragma once
// UserDirectory: the users of one realm that stand in a database, asked on threads of its own.
//
// Each thread keeps one connection. A database that cannot be reached is tried again after a while
// that doubles up to some seconds; meanwhile questions fail at once. Answers, also that there is no
// such user, may be remembered for a moment. Knows that threads exist: one mutex guards what is
// remembered and when to try again; it is not held while the database is asked.

#include "common/base/clock.hpp"
#include "router/access/auth_question.hpp"
#include "router/config/config.hpp"
#include "router/users/background_pool.hpp"
#include "router/users/user_store.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kreisel {

class UserDirectory {
  public:
    using Found = tl::expected<UserFound, std::string>;
    using OnFound = std::function<void(Found)>;
    using MakeStore = std::function<std::unique_ptr<UserStore>()>;

    /// `realm` is for the log.
    UserDirectory(std::string realm, const UserDatabaseConfig& config, const Clock& clock);
    /// With stores of another make, for tests.
    UserDirectory(std::string realm, UserDatabaseConfig config, const Clock& clock,
                  const MakeStore& make_store);

    /// `on_found` runs on a thread of the directory, or right here if the answer is remembered.
    /// False, and it never runs: too many wait. Any thread.
    [[nodiscard]] bool find(const FindUser& question, OnFound on_found);
    [[nodiscard]] PoolFigures figures() const { return pool_.figures(); }
    /// Questions that the database did not answer. Any thread.
    [[nodiscard]] std::uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }
    [[nodiscard]] const UserDatabaseConfig& config() const { return config_; }
    /// Drops what waits; waits for what runs, which the timeout bounds.
    void stop() { pool_.stop(); }

  private:
    struct Remembered {
        UserFound found;
        TimePoint until;
    };

    [[nodiscard]] Found ask(unsigned worker, const FindUser& question);
    [[nodiscard]] Found read(const FindUser& question, const std::optional<UserRow>& row);
    [[nodiscard]] std::optional<UserFound> recall(const std::string& key);
    void remember(const std::string& key, const UserFound& found);
    void learn(const UserCredentials& credentials);
    /// What to tell while it is too early to try again.
    [[nodiscard]] std::optional<std::string> reason_to_wait();
    std::string note_failure(std::string why);
    void note_success(const UserStore& store);

    const std::string realm_;
    const UserDatabaseConfig config_;
    const Clock& clock_;
    /// One for each thread, which alone touches it.
    std::vector<std::unique_ptr<UserStore>> stores_;
    std::atomic<std::uint64_t> errors_{0};

    std::mutex mutex_;
    std::map<std::string, Remembered> remembered_;
    /// What stand-ins look like: a user that was found, or before that what the columns tell.
    std::optional<UserCredentials> model_;
    bool is_model_real_ = false;
    bool is_failing_ = false;
    std::string failure_;
    Duration pause_{};
    TimePoint retry_{};
    // Last, so that its threads end before what they use.
    BackgroundPool pool_;
};

}  // namespace kreisel
