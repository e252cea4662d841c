#pragma once
// How a command of the client ends: its exit codes, and what it says of errors.

#include "client/core/error.hpp"

#include <functional>
#include <stdexcept>
#include <string>

namespace kreisel::client {

// Beside those of common/base/command.hpp.
inline constexpr int exit_no_connection = 3;  ///< nobody there, or the connection was lost
inline constexpr int exit_refused = 4;        ///< the router did not let us in
inline constexpr int exit_timeout = 5;

/// The command line asks for what cannot be; a sentence.
class UsageFault : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// There is no session: `why` is of connect() or of a session that ended for good.
class NoSession : public std::exception {
  public:
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): kept, to be thrown as a part of this
    explicit NoSession(const Error& error) : why(error) {}
    [[nodiscard]] const char* what() const noexcept override { return why.what(); }

    Error why;
};

/// Runs `command`; tells on stderr what it throws and makes it an exit code.
[[nodiscard]] int run_guarded(const std::function<int()>& command);

/// One line of JSON on stderr: `{"error": URI, "args": [...], "kwargs": {...}}`.
void print_error(const Error& error);

}  // namespace kreisel::client
