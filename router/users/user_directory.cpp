// Knows that threads exist: the mutex guards what is remembered.
#include "router/users/user_directory.hpp"

#include "common/auth/octets.hpp"
#include "common/base/log.hpp"
#include "router/config/user_row.hpp"

#include <algorithm>
#include <utility>

namespace kreisel {

namespace {

constexpr Duration pause_min = std::chrono::milliseconds{200};
constexpr Duration pause_max = std::chrono::seconds{5};
constexpr std::size_t remembered_max = 10'000;
/// Longer names are asked for each time.
constexpr std::size_t key_bytes_max = 256;

std::string key_of(const FindUser& question) {
    return question.authid.empty() ? "k" + question.public_key : "a" + question.authid;
}

}  // namespace

UserDirectory::UserDirectory(std::string realm, const UserDatabaseConfig& config,
                             const Clock& clock)
    : UserDirectory(std::move(realm), config, clock,
                    [settings = config.store] { return make_user_store(settings); }) {}

UserDirectory::UserDirectory(std::string realm, UserDatabaseConfig config, const Clock& clock,
                             const MakeStore& make_store)
    : realm_(std::move(realm)),
      config_(std::move(config)),
      clock_(clock),
      pool_("users", {.threads = config_.connections, .waiting_max = config_.waiting_max}) {
    for (unsigned i = 0; i < config_.connections; ++i) stores_.push_back(make_store());
}

bool UserDirectory::find(const FindUser& question, OnFound on_found) {
    if (auto known = recall(key_of(question))) {
        on_found(std::move(*known));
        return true;
    }
    return pool_.submit([this, question, on_found = std::move(on_found)](unsigned worker) {
        Found found = ask(worker, question);
        if (found) {
            remember(key_of(question), *found);
        } else {
            errors_.fetch_add(1, std::memory_order_relaxed);
        }
        on_found(std::move(found));
    });
}

UserDirectory::Found UserDirectory::ask(unsigned worker, const FindUser& question) {
    UserStore& store = *stores_[worker];
    const bool is_by_name = !question.authid.empty();
    const auto by = is_by_name ? UserStore::By::authid : UserStore::By::public_key;
    const std::string key = is_by_name ? question.authid : to_hex(question.public_key);
    // A connection that was idle may have died without a word: then once more, with a new one.
    bool may_be_stale = store.is_open();
    for (;;) {
        if (auto why = reason_to_wait()) return tl::unexpected(std::move(*why));
        if (auto opened = store.open(); !opened) {
            return tl::unexpected(note_failure(opened.error()));
        }
        note_success(store);
        const auto row = store.find(by, key);
        if (row) return read(question, *row);
        if (!std::exchange(may_be_stale, false)) return tl::unexpected(note_failure(row.error()));
    }
}

UserDirectory::Found UserDirectory::read(const FindUser& question,
                                         const std::optional<UserRow>& row) {
    UserFound found;
    found.authid = question.authid;
    if (row) {
        auto user = read_user_row(*row);
        if (!user) {
            // The fault of one row, not of the database: others may log in.
            KREISEL_LOG(error, "user in the database cannot be used", {"realm", realm_},
                        {"authid", question.authid}, {"why", user.error()});
            return tl::unexpected("the row of the user: " + user.error());
        }
        if (!user->authid.empty()) found.authid = std::move(user->authid);
        if (found.authid.empty()) {
            return tl::unexpected(std::string("key_query gives no column authid"));
        }
        learn(user->credentials);
        found.credentials = std::move(user->credentials);
    }
    const std::lock_guard guard(mutex_);
    found.model = model_;
    return found;
}

std::optional<UserFound> UserDirectory::recall(const std::string& key) {
    const std::lock_guard guard(mutex_);
    const auto known = remembered_.find(key);
    if (known == remembered_.end() || known->second.until <= clock_.now()) return std::nullopt;
    return known->second.found;
}

void UserDirectory::remember(const std::string& key, const UserFound& found) {
    if (config_.remembered_for == Duration::zero() || key.size() > key_bytes_max) return;
    const std::lock_guard guard(mutex_);
    const TimePoint now = clock_.now();
    if (remembered_.size() >= remembered_max) {
        std::erase_if(remembered_, [now](const auto& entry) { return entry.second.until <= now; });
    }
    if (remembered_.size() >= remembered_max) return;
    remembered_[key] = {found, now + config_.remembered_for};
}

void UserDirectory::learn(const UserCredentials& credentials) {
    const std::lock_guard guard(mutex_);
    if (is_model_real_) return;
    is_model_real_ = true;
    model_ = credentials;
}

std::optional<std::string> UserDirectory::reason_to_wait() {
    const std::lock_guard guard(mutex_);
    if (!is_failing_ || retry_ <= clock_.now()) return std::nullopt;
    return failure_;
}

std::string UserDirectory::note_failure(std::string why) {
    bool is_first = false;
    {
        const std::lock_guard guard(mutex_);
        is_first = !std::exchange(is_failing_, true);
        pause_ = std::clamp(is_first ? pause_min : 2 * pause_, pause_min, pause_max);
        retry_ = clock_.now() + pause_;
        failure_ = "the user database: " + why;
    }
    if (is_first) {
        KREISEL_LOG(error, "the user database cannot be asked, trying again", {"realm", realm_},
                    {"why", why});
    }
    return "the user database: " + why;
}

void UserDirectory::note_success(const UserStore& store) {
    bool was_failing = false;
    {
        const std::lock_guard guard(mutex_);
        was_failing = std::exchange(is_failing_, false);
        if (!model_) model_ = model_of_columns(store.columns());
    }
    if (was_failing) KREISEL_LOG(info, "the user database answers again", {"realm", realm_});
}

}  // namespace kreisel
