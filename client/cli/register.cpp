// kreisel register.
#include "client/cli/commands.hpp"
#include "client/cli/connection_options.hpp"
#include "client/cli/duration.hpp"
#include "client/cli/faults.hpp"
#include "client/cli/joined.hpp"
#include "client/cli/json.hpp"
#include "client/cli/patterns.hpp"
#include "client/cli/shell_procedure.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>

namespace kreisel::client {

namespace {

struct RegisterCommand {
    ConnectionOptions connection;
    std::string uri;
    ShellSettings shell;
    bool is_echo = false;
    std::string result;
    bool is_input_only = false;
    RegisterOptions options;
    bool is_once = false;
    std::uint64_t count = 0;
};

/// What the calls are answered with.
class Answers {
  public:
    Answers(const RegisterCommand& command, const boost::asio::any_io_executor& executor)
        : command_(command), shell_(executor, command.shell) {
        if (command.result.empty()) return;
        auto value = parse_json(command.result);
        if (!value) throw UsageFault("--result is no JSON: " + value.error());
        constant_.args.push_back(std::move(*value));
    }

    void answer(Reply arguments, const InvocationDetails& details, const std::stop_token& stop,
                const Responder<Reply>& responder) {
        ++seen_;
        if (!command_.shell.command.empty()) {
            shell_.run(arguments, details, stop, responder);
        } else {
            responder.answer(command_.is_echo ? arguments : constant_);
        }
    }
    [[nodiscard]] std::uint64_t seen() const { return seen_; }
    [[nodiscard]] bool is_busy() const { return shell_.running() > 0; }

  private:
    const RegisterCommand& command_;
    ShellProcedure shell_;
    Reply constant_;
    std::uint64_t seen_ = 0;
};

/// Notes that the router ended the registration.
class WatchedProcedure final : public Procedure {
  public:
    WatchedProcedure(std::shared_ptr<Procedure> inner, std::optional<Error>& gone)
        : inner_(std::move(inner)), gone_(gone) {}

    std::shared_ptr<InvocationSink> open(InvocationKey key, const Dict& details) override {
        return inner_->open(key, details);
    }
    void on_gone(const Error& why) override { gone_ = why; }

  private:
    std::shared_ptr<Procedure> inner_;
    std::optional<Error>& gone_;
};

Registration start(Joined& joined, const RegisterCommand& command, Answers& answers,
                   std::optional<Error>& gone) {
    const auto answer = [&answers](Rest args, Kwargs<Dict> named, InvocationDetails details,
                                   std::stop_token stop, Responder<Reply> responder) {
        answers.answer({std::move(args.values), *named}, details, stop, responder);
    };
    auto procedure = std::make_shared<detail::HandledProcedure<std::decay_t<decltype(answer)>>>(
        answer, command.uri, joined.engine());
    const auto waiter = std::make_shared<FutureWaiter<detail::Granted>>();
    detail::start_register(joined.engine(), make_request(command.uri, command.options),
                           std::make_shared<WatchedProcedure>(std::move(procedure), gone), waiter);
    return Registration(detail::StandingHandle(joined.engine(), joined.wait(waiter->future()),
                                               &detail::end_registration));
}

int provide(RegisterCommand& command) {
    // Commands that do not read their input.
    std::signal(SIGPIPE, SIG_IGN);
    command.shell.has_words = !command.is_input_only;
    if (!command.shell.command.empty()) {
        if (command.options.concurrency == 0) {
            command.options.concurrency = command.shell.running_max;
        }
        command.shell.running_max = command.options.concurrency;
    }
    std::optional<Error> gone;
    Joined joined(command.connection, command.is_once ? Stay::once : Stay::standing);
    Loop& loop = joined.loop();
    Answers answers(command, loop.executor());
    const Registration registration = start(joined, command, answers, gone);
    // First: whoever is told so may send a signal.
    loop.end_on_signals();
    joined.tell("registered " + command.uri);
    loop.run_until([&] {
        return loop.is_ended() || joined.over() || gone ||
               (command.count > 0 && answers.seen() >= command.count);
    });
    // No more calls; those under way are still answered.
    if (joined.is_connected()) {
        auto ending = registration.unregister(boost::asio::use_future);
        loop.run_until([&] {
            return (Loop::is_ready(ending) && !answers.is_busy()) || joined.over() ||
                   loop.is_hurried();
        });
    }
    if (loop.is_hurried()) throw Error(uris::canceled, {"calls under way were given up"});
    joined.leave();
    if (gone) throw Error(*gone);
    return exit_ok;
}

void add_answer_options(CLI::App& command, RegisterCommand& options) {
    CLI::Option_group* answers = command.add_option_group("Answer", "one of these");
    answers
        ->add_option("--exec", options.shell.command,
                     "A shell command: arguments as \"$1\" \"$2\"... and as a line of JSON on its "
                     "input; what it prints is the result")
        ->type_name("COMMAND");
    answers->add_flag("--echo", options.is_echo, "The arguments");
    answers->add_option("--result", options.result, "Always this")->type_name("JSON");
    answers->require_option(1);
    add_duration_option(command, "--exec-timeout", options.shell.time_max,
                        "Longest time of a command, 0 for any [30s]");
    command
        .add_option("--exec-output", options.shell.output_bytes_max,
                    "Longest output of a command in octets")
        ->capture_default_str()
        ->type_name("N");
    command.add_flag("--input-only", options.is_input_only,
                     "Arguments only on the input of the command, of any length");
}

}  // namespace

Command make_register_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "register", "Provide a procedure until a signal; calls under way are answered first");
    auto options = std::make_shared<RegisterCommand>();
    command->add_option("URI", options->uri, "Procedure")->required();
    add_answer_options(*command, *options);
    add_match_option(*command, options->options.match);
    add_invoke_option(*command, options->options.invoke);
    command
        ->add_option("--concurrency", options->options.concurrency,
                     "Calls at a time [any number, 8 with --exec]")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command->add_flag("--force", options->options.force_reregister,
                      "Take the procedure over from whoever has it");
    command->add_option("-n,--count", options->count, "End after so many calls")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command->add_flag("--once", options->is_once, "Do not connect again when the connection goes");
    add_connection_options(*command, options->connection);
    return {command, [options] { return run_guarded([&] { return provide(*options); }); }};
}

}  // namespace kreisel::client
