#include "client/cli/shell_procedure.hpp"

#include "client/cli/json.hpp"
#include "client/cli/printing.hpp"

#include <optional>
#include <utility>

namespace kreisel::client {

namespace {

/// Stops the shell when the caller gives up. Does not own it, or neither would ever go.
using Guard = std::optional<std::stop_callback<std::function<void()>>>;

Error error_of(const ShellOutcome& outcome) {
    switch (outcome.end) {
        case ShellOutcome::End::failed:
            return Error(uris::runtime_error, {"the command failed"},
                         {{"exit_code", outcome.code}});
        case ShellOutcome::End::killed:
            return Error(uris::runtime_error, {"the command was killed"},
                         {{"signal", outcome.code}});
        case ShellOutcome::End::out_of_time:
            return Error(uris::timeout, {"the command took too long"});
        case ShellOutcome::End::too_much_output:
            return Error(uris::payload_size_exceeded, {"the command printed too much"});
        case ShellOutcome::End::stopped:
            return Error(uris::canceled, {"the command was stopped"});
        case ShellOutcome::End::not_started:
            return Error(uris::runtime_error,
                         {"the command could not be started; perhaps the arguments are too long"});
        case ShellOutcome::End::done:
            break;
    }
    return Error(uris::runtime_error, {"the command printed what is neither JSON nor UTF-8 text"});
}

std::optional<Reply> result_of(std::string output) {
    if (output.empty()) return Reply{};
    if (auto value = parse_json(output)) return Reply{{std::move(*value)}, {}};
    if (output.back() == '\n') output.pop_back();
    if (!is_text(output)) return std::nullopt;
    return Reply{{std::move(output)}, {}};
}

}  // namespace

ShellTask ShellProcedure::make_task(const Reply& arguments,
                                    const InvocationDetails& details) const {
    ShellTask task;
    task.command = settings_.command;
    task.time_max = settings_.time_max;
    task.output_bytes_max = settings_.output_bytes_max;
    task.input = to_json(with_arguments({}, arguments.args, arguments.kwargs)) + '\n';
    task.environment = {{"KREISEL_PROCEDURE", details.procedure},
                        {"KREISEL_CALLER", std::to_string(details.caller.value)},
                        {"KREISEL_CALLER_AUTHID", details.caller_authid},
                        {"KREISEL_CALLER_AUTHROLE", details.caller_authrole}};
    if (!settings_.has_words) return task;
    for (const Value& value : arguments.args) {
        const auto* text = value.get_if<std::string>();
        task.words.push_back(text != nullptr ? *text : to_json(value));
        if (task.words.back().find('\0') != std::string::npos) {
            throw Error(uris::invalid_argument,
                        {"a text with U+0000 cannot be an argument of a command"});
        }
    }
    return task;
}

void ShellProcedure::run(const Reply& arguments, const InvocationDetails& details,
                         const std::stop_token& stop, const Responder<Reply>& responder) {
    // The router keeps to the limit that it was told, if it knows of such limits.
    if (*running_ >= settings_.running_max) {
        return responder.fail(Error(uris::unavailable, {"too many commands run already"}));
    }
    ShellTask task;
    try {
        task = make_task(arguments, details);
    } catch (const Error& error) {
        return responder.fail(error);
    }
    ++*running_;
    auto guard = std::make_shared<Guard>();
    const auto shell = std::make_shared<Shell>(
        executor_, [guard, responder, running = running_](ShellOutcome outcome) {
            --*running;
            guard->reset();
            if (outcome.end != ShellOutcome::End::done) return responder.fail(error_of(outcome));
            const auto result = result_of(std::move(outcome.output));
            if (!result) return responder.fail(error_of(outcome));
            responder.answer(*result);
        });
    guard->emplace(stop, [weak = std::weak_ptr(shell)] {
        if (const auto held = weak.lock()) held->stop();
    });
    shell->start(std::move(task));
}

}  // namespace kreisel::client
