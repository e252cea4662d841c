// kreisel call.
#include "client/cli/arguments.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/connection_options.hpp"
#include "client/cli/duration.hpp"
#include "client/cli/faults.hpp"
#include "client/cli/joined.hpp"
#include "client/cli/printing.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>

namespace kreisel::client {

namespace {

struct CallCommand {
    ConnectionOptions connection;
    ArgumentOptions arguments;
    std::string uri;
    Milliseconds timeout{0};
    std::string rkey;
    bool discloses = false;
    bool is_full = false;
    bool has_progress = false;
};

void print(const Reply& reply, const CallCommand& command) {
    print_line(result_line(reply, command.is_full ? Shape::full : Shape::shortest));
}

/// Prints the parts of a result as they come.
class ProgressWaiter final : public FutureWaiter<CallResult, CallWaiter> {
  public:
    explicit ProgressWaiter(const CallCommand& command) : command_(command) {}
    void on_progress(CallResult part) override {
        print(*read_result<Reply>(part.payload), command_);
    }

  private:
    const CallCommand& command_;
};

Reply call_with_progress(Joined& joined, const CallCommand& command, CallOptions options,
                         const Reply& arguments) {
    options.extra.set("receive_progress", true);
    auto waiter = std::make_shared<ProgressWaiter>(command);
    auto result = waiter->future();
    detail::start_call(joined.engine(), make_request(command.uri, std::move(options)),
                       make_result(joined.engine()->settings().encodings.front(), arguments),
                       std::move(waiter));
    return *read_result<Reply>(joined.wait(std::move(result)).payload);
}

Reply call_once(Joined& joined, const CallCommand& command, const CallOptions& options,
                const Reply& arguments) {
    if (command.has_progress) return call_with_progress(joined, command, options, arguments);
    return joined.wait(joined.session().call<Reply>(make_request(command.uri, options),
                                                    Rest{arguments.args}, kwargs(arguments.kwargs),
                                                    boost::asio::use_future));
}

/// With --wait also for a procedure that nobody provides yet: it may just be starting, too.
Reply call_patiently(Joined& joined, const CallCommand& command, const CallOptions& options,
                     const Reply& arguments) {
    const auto end = std::chrono::steady_clock::now() + command.connection.wait;
    for (;;) {
        try {
            return call_once(joined, command, options, arguments);
        } catch (const Error& error) {
            const bool may_come = error.uri() == uris::no_such_procedure;
            if (!may_come || std::chrono::steady_clock::now() >= end) throw;
        }
        joined.loop().run_for(Milliseconds(50), [&joined] { return joined.over().has_value(); });
    }
}

int call(const CallCommand& command) {
    const Reply arguments = read_arguments(command.arguments);
    CallOptions options{.timeout = command.timeout};
    if (command.discloses) options.disclose_me = true;
    if (!command.rkey.empty()) options.rkey = command.rkey;
    Joined joined(command.connection, Stay::once);
    print(call_patiently(joined, command, options, arguments), command);
    joined.leave();
    return exit_ok;
}

}  // namespace

Command make_call_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "call", "Call a procedure; its result is printed as one line of JSON");
    auto options = std::make_shared<CallCommand>();
    command->add_option("URI", options->uri, "Procedure")->required();
    add_argument_options(*command, options->arguments);
    add_duration_option(*command, "--timeout", options->timeout, "Give up after so long");
    command->add_flag("--progress", options->has_progress,
                      "Print the parts of a progressive result as they come, a line each");
    command->add_option("--rkey", options->rkey,
                        "Calls of the same key go to the same member of a shared registration");
    command->add_flag("--disclose-me", options->discloses, "The callee may know who calls");
    command->add_flag("--full", options->is_full,
                      "Always print {\"args\": [...], \"kwargs\": {...}}, also of one result");
    add_connection_options(*command, options->connection);
    return {command, [options] { return run_guarded([&] { return call(*options); }); }};
}

}  // namespace kreisel::client
