// Knows that threads exist: the mutex guards the marks.
#include "router/users/password_checker.hpp"

#include "common/auth/password.hpp"
#include "common/auth/wampcra.hpp"
#include "common/base/random.hpp"

#include <array>
#include <utility>

namespace kreisel {

namespace {

std::string random_key() {
    SystemRandom random;
    std::array<std::uint8_t, 32> key{};
    random.fill(key);
    return {key.begin(), key.end()};
}

bool is_right(const std::string& hash, const std::string& password) {
    const auto parsed = parse_password_hash(hash);
    return parsed && is_password_of(*parsed, password);
}

}  // namespace

PasswordChecker::PasswordChecker(PasswordCheckLimits limits, const Clock& clock)
    : limits_(limits), clock_(clock), key_(random_key()), pool_("passwords", limits.pool) {}

bool PasswordChecker::check(std::string hash, std::string password, OnChecked on_checked) {
    // The hash has no zero octet, so that no two pairs make one text.
    std::string mark = hmac_sha256(key_, hash + '\0' + password);
    if (is_remembered(mark)) {
        on_checked(true);
        return true;
    }
    return pool_.submit([this, mark = std::move(mark), hash = std::move(hash),
                         password = std::move(password),
                         on_checked = std::move(on_checked)](unsigned) {
        const bool is_good = is_right(hash, password);
        if (is_good) remember(mark);
        on_checked(is_good);
    });
}

bool PasswordChecker::is_remembered(const std::string& mark) {
    const std::lock_guard guard(mutex_);
    const auto found = marks_.find(mark);
    return found != marks_.end() && clock_.now() < found->second;
}

void PasswordChecker::remember(const std::string& mark) {
    if (limits_.remembered_for == Duration::zero()) return;
    const std::lock_guard guard(mutex_);
    const TimePoint now = clock_.now();
    if (marks_.size() >= limits_.remembered_max) {
        std::erase_if(marks_, [now](const auto& entry) { return entry.second <= now; });
    }
    if (marks_.size() >= limits_.remembered_max) return;
    marks_[mark] = now + limits_.remembered_for;
}

}  // namespace kreisel
