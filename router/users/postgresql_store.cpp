// Users in PostgreSQL. libpq is asked in its non-blocking way, so that a server that hangs costs
// the configured time and no more.

#include "router/users/user_store.hpp"

#include <array>
#include <chrono>
#include <libpq-fe.h>
#include <poll.h>

namespace kreisel {

namespace {

struct Closing {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Closing>;
using ResultPtr = std::unique_ptr<PGresult, Closing>;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::array<const char*, 2> statement_names = {"kreisel_user", "kreisel_key"};
constexpr const char* too_late = "no answer in time";

/// libpq ends its sentences by a line end and may say several; the log wants one line.
std::string one_line(const char* text) {
    std::string line(text);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    for (char& c : line) {
        if (c == '\n' || c == '\t') c = ' ';
    }
    return line;
}

class PostgresqlStore final : public UserStore {
  public:
    explicit PostgresqlStore(UserStoreSettings settings) : settings_(std::move(settings)) {}

    Answer<void> open() override {
        if (connection_ != nullptr) return {};
        start_clock();
        if (auto done = connect(); !done) return done;
        for (const By by : {By::authid, By::public_key}) {
            if (auto done = prepare(by); !done) return done;
        }
        return read_columns();
    }

    Answer<std::optional<UserRow>> find(By by, const std::string& key) override {
        if (by == By::public_key && settings_.key_query.empty()) return std::optional<UserRow>{};
        // A text of PostgreSQL has no zero octet, so no user has.
        if (key.find('\0') != std::string::npos) return std::optional<UserRow>{};
        start_clock();
        const std::array<const char*, 1> values = {key.c_str()};
        const bool is_sent =
            PQsendQueryPrepared(connection_.get(), statement_names[static_cast<std::size_t>(by)], 1,
                                values.data(), nullptr, nullptr, 0) == 1;
        auto result = is_sent ? take_result() : close(error());
        if (!result) return tl::unexpected(result.error());
        if (PQresultStatus(result->get()) != PGRES_TUPLES_OK) {
            return close(one_line(PQresultErrorMessage(result->get())));
        }
        const int rows = PQntuples(result->get());
        if (rows > 1) return close("the query gives more than one row");
        if (rows == 0) return std::optional<UserRow>{};
        return read_row(**result);
    }

    bool is_open() const override { return connection_ != nullptr; }
    const std::vector<std::string>& columns() const override { return columns_; }

  private:
    void start_clock() { deadline_ = std::chrono::steady_clock::now() + settings_.timeout; }

    enum class Until : std::uint8_t { readable, writable };
    [[nodiscard]] bool wait(Until until) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd entry{PQsocket(connection_.get()),
                     static_cast<short>(until == Until::readable ? POLLIN : POLLOUT), 0};
        return ::poll(&entry, 1, static_cast<int>(left.count()) + 1) > 0;
    }

    Answer<void> connect() {
        // A name must be looked up, which libpq does blocking; the rest has a deadline.
        connection_.reset(PQconnectStart(settings_.postgresql.c_str()));
        if (connection_ == nullptr) return close("out of memory");
        if (PQstatus(connection_.get()) == CONNECTION_BAD) return close(error());
        PQsetNoticeProcessor(
            connection_.get(), [](void*, const char*) {}, nullptr);
        auto state = PGRES_POLLING_WRITING;
        while (state != PGRES_POLLING_OK) {
            const bool is_writing = state == PGRES_POLLING_WRITING;
            if (!wait(is_writing ? Until::writable : Until::readable)) return close(too_late);
            state = PQconnectPoll(connection_.get());
            if (state == PGRES_POLLING_FAILED) return close(error());
        }
        PQsetnonblocking(connection_.get(), 1);
        return {};
    }

    Answer<void> prepare(By by) {
        const std::string& sql = by == By::authid ? settings_.query : settings_.key_query;
        const std::string setting = by == By::authid ? "query" : "key_query";
        if (sql.empty()) return {};
        const char* name = statement_names[static_cast<std::size_t>(by)];
        if (PQsendPrepare(connection_.get(), name, sql.c_str(), 0, nullptr) != 1) {
            return close(error());
        }
        if (auto done = expect_command(setting); !done) return done;
        if (PQsendDescribePrepared(connection_.get(), name) != 1) return close(error());
        auto described = take_result();
        if (!described) return tl::unexpected(described.error());
        if (PQnparams(described->get()) != 1) return close(setting + ": needs one parameter, $1");
        if (PQnfields(described->get()) == 0) return close(setting + ": is no SELECT");
        if (by == By::authid) described_ = std::move(*described);
        return {};
    }

    Answer<void> expect_command(const std::string& setting) {
        auto result = take_result();
        if (!result) return tl::unexpected(result.error());
        if (PQresultStatus(result->get()) == PGRES_COMMAND_OK) return {};
        return close(setting + ": " + one_line(PQresultErrorMessage(result->get())));
    }

    Answer<void> read_columns() {
        columns_.clear();
        for (int i = 0; i < PQnfields(described_.get()); ++i) {
            columns_.emplace_back(PQfname(described_.get(), i));
        }
        described_.reset();
        return {};
    }

    /// The last result of what was sent.
    Answer<ResultPtr> take_result() {
        for (;;) {
            const int left = PQflush(connection_.get());
            if (left < 0) return close(error());
            if (left == 0) break;
            if (!wait(Until::writable)) return close(too_late);
        }
        ResultPtr last;
        for (;;) {
            while (PQisBusy(connection_.get()) == 1) {
                if (!wait(Until::readable)) return close(too_late);
                if (PQconsumeInput(connection_.get()) != 1) return close(error());
            }
            ResultPtr next(PQgetResult(connection_.get()));
            if (next == nullptr) break;
            last = std::move(next);
        }
        if (last == nullptr) return close("no answer");
        return last;
    }

    Answer<std::optional<UserRow>> read_row(const PGresult& result) {
        UserRow row;
        std::size_t bytes = 0;
        for (int i = 0; i < PQnfields(&result); ++i) {
            if (PQgetisnull(&result, 0, i) == 1) continue;
            const auto size = static_cast<std::size_t>(PQgetlength(&result, 0, i));
            bytes += size;
            if (bytes > user_row_bytes_max) return close("a row of over 64 KiB");
            row.emplace_back(PQfname(&result, i), std::string(PQgetvalue(&result, 0, i), size));
        }
        return row;
    }

    std::string error() const { return one_line(PQerrorMessage(connection_.get())); }
    tl::unexpected<std::string> close(std::string why) {
        described_.reset();
        connection_.reset();
        return tl::unexpected(std::move(why));
    }

    const UserStoreSettings settings_;
    SteadyTime deadline_{};
    Connection connection_;
    ResultPtr described_;
    std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<UserStore> make_postgresql_store(const UserStoreSettings& settings) {
    return std::make_unique<PostgresqlStore>(settings);
}

}  // namespace kreisel
