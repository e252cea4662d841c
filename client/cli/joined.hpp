#pragma once
// Joined: the session of one command, from connecting to goodbye, with the loop it runs in.
//
// One for each command, on its only thread.

#include "client/cli/connection_options.hpp"
#include "client/cli/loop.hpp"
#include "client/session.hpp"

#include <boost/asio/use_future.hpp>

#include <cstdint>
#include <optional>

namespace kreisel::client {

enum class Stay : std::uint8_t {
    once,     ///< a lost connection ends the command
    standing  ///< it is made anew
};

class Joined {
  public:
    /// Connects. Throws UsageFault and NoSession.
    Joined(const ConnectionOptions& options, Stay stay);
    Joined(const Joined&) = delete;
    Joined& operator=(const Joined&) = delete;

    [[nodiscard]] Loop& loop() { return loop_; }
    [[nodiscard]] const Session& session() const { return session_; }
    /// For what a Session does not offer.
    [[nodiscard]] const detail::EnginePtr& engine() const { return engine_; }
    template <class T>
    T wait(std::future<T> future) {
        return loop_.wait(std::move(future));
    }
    [[nodiscard]] bool is_connected() const { return state_ == SessionState::joined; }
    /// Why the session is over without our doing; nothing as long as it is not.
    [[nodiscard]] const std::optional<Error>& over() const { return over_; }
    /// On stderr, with --verbose.
    void tell(const std::string& what) const;
    /// Says goodbye; everything was sent then. Throws NoSession if the session is over.
    void leave();

  private:
    void on_state(SessionState state, const Error* why);

    bool is_verbose_;
    SessionState state_ = SessionState::connecting;
    std::optional<Error> over_;
    std::optional<Error> last_fault_;
    Loop loop_;
    detail::EnginePtr engine_;
    Session session_;
};

/// Makes a future of what it is told.
template <class T, class Base = Waiter<T>>
class FutureWaiter : public Base {
  public:
    void complete(Result<T> outcome) override {
        if (!outcome) return promise_.set_exception(std::make_exception_ptr(outcome.error()));
        promise_.set_value(std::move(*outcome));
    }
    [[nodiscard]] std::future<T> future() { return promise_.get_future(); }

  private:
    std::promise<T> promise_;
};

template <class Options>
[[nodiscard]] Request<Options> make_request(const std::string& uri, Options options) {
    Request<Options> request(uri);
    request.options = std::move(options);
    return request;
}

/// One line on stdout, at once: whoever reads it may wait for it.
void print_line(const std::string& line);

}  // namespace kreisel::client
