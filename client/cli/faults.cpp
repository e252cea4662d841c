#include "client/cli/faults.hpp"

#include "client/cli/json.hpp"
#include "common/base/command.hpp"

#include <iostream>

namespace kreisel::client {

namespace {

int exit_code_of(const Error& error) {
    const std::string& uri = error.uri();
    if (uri == uris::timeout) return exit_timeout;
    if (uri == uris::not_connected || uri == uris::broken_router || uri == uris::closed) {
        return exit_no_connection;
    }
    return exit_failed;
}

int exit_code_without_session(const Error& error) {
    const std::string& uri = error.uri();
    // Of the library, about a URL or a file: no router answers a HELLO with that.
    if (uri == uris::invalid_argument) return exit_usage;
    if (uri == uris::close_system_shutdown || uri == uris::close_realm) return exit_no_connection;
    const int code = exit_code_of(error);
    return code == exit_failed ? exit_refused : code;
}

}  // namespace

void print_error(const Error& error) {
    Dict line{{"error", error.uri()}};
    if (!error.args().empty()) line.append("args", error.args());
    if (!error.kwargs().empty()) line.append("kwargs", error.kwargs());
    std::cerr << to_json(line) << std::endl;
}

int run_guarded(const std::function<int()>& command) {
    try {
        return command();
    } catch (const UsageFault& fault) {
        std::cerr << "kreisel: " << fault.what() << '\n';
        return exit_usage;
    } catch (const NoSession& fault) {
        print_error(fault.why);
        return exit_code_without_session(fault.why);
    } catch (const Error& error) {
        print_error(error);
        return exit_code_of(error);
    }
}

}  // namespace kreisel::client
