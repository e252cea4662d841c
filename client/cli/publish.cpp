// kreisel publish.
#include "client/cli/arguments.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/connection_options.hpp"
#include "client/cli/duration.hpp"
#include "client/cli/faults.hpp"
#include "client/cli/joined.hpp"
#include "client/cli/json.hpp"
#include "client/cli/line_reader.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>

namespace kreisel::client {

namespace {

constexpr const char* receivers_group = "Receivers";

struct PublishCommand {
    ConnectionOptions connection;
    ArgumentOptions arguments;
    std::string uri;
    bool is_from_input = false;
    std::uint64_t count = 1;
    Milliseconds interval{0};
    Milliseconds timeout{0};
    bool is_acknowledged = false;
    bool is_retained = false;
    bool discloses = false;
    bool excludes_me = true;
    std::string rkey;
    std::vector<std::uint64_t> eligible;
    std::vector<std::uint64_t> exclude;
    std::vector<std::string> eligible_authid;
    std::vector<std::string> eligible_authrole;
    std::vector<std::string> exclude_authid;
    std::vector<std::string> exclude_authrole;
};

std::vector<SessionId> sessions(const std::vector<std::uint64_t>& numbers) {
    std::vector<SessionId> ids;
    for (const std::uint64_t number : numbers) ids.push_back(SessionId{number});
    return ids;
}

PublishOptions make_options(const PublishCommand& command) {
    PublishOptions options;
    options.acknowledge = command.is_acknowledged;
    options.retain = command.is_retained;
    options.timeout = command.timeout;
    if (!command.excludes_me) options.exclude_me = false;
    if (command.discloses) options.disclose_me = true;
    if (!command.rkey.empty()) options.rkey = command.rkey;
    options.exclude = sessions(command.exclude);
    options.exclude_authid = command.exclude_authid;
    options.exclude_authrole = command.exclude_authrole;
    if (!command.eligible.empty()) options.eligible = sessions(command.eligible);
    if (!command.eligible_authid.empty()) options.eligible_authid = command.eligible_authid;
    if (!command.eligible_authrole.empty()) options.eligible_authrole = command.eligible_authrole;
    return options;
}

void publish_one(Joined& joined, const PublishCommand& command, const PublishOptions& options,
                 const Reply& arguments) {
    const PublicationId publication = joined.wait(
        joined.session().publish(make_request(command.uri, options), Rest{arguments.args},
                                 kwargs(arguments.kwargs), boost::asio::use_future));
    if (command.is_acknowledged) print_line(to_json(Dict{{"publication", publication}}));
}

void pause(Joined& joined, Milliseconds time) {
    if (time.count() == 0) return;
    joined.loop().run_for(time, [&joined] { return joined.over().has_value(); });
    if (joined.over()) throw NoSession(*joined.over());
}

void publish_input(Joined& joined, const PublishCommand& command, const PublishOptions& options) {
    LineReader reader(joined.loop().executor());
    for (std::size_t number = 1;; ++number) {
        auto reading = reader.next();
        joined.loop().run_until(
            [&] { return Loop::is_ready(reading) || joined.over().has_value(); });
        if (joined.over()) throw NoSession(*joined.over());
        const auto line = reading.get();
        if (!line) return;
        if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
        if (number > 1) pause(joined, command.interval);
        publish_one(joined, command, options, read_argument_line(*line, number));
    }
}

int publish(const PublishCommand& command) {
    if (command.is_from_input &&
        !(command.arguments.words.empty() && command.arguments.named.empty())) {
        throw UsageFault("--stdin: the arguments come from standard input, so none stand here");
    }
    const Reply arguments = read_arguments(command.arguments);
    const PublishOptions options = make_options(command);
    Joined joined(command.connection, Stay::once);
    if (command.is_from_input) {
        publish_input(joined, command, options);
    } else {
        for (std::uint64_t done = 0; done < command.count; ++done) {
            if (done > 0) pause(joined, command.interval);
            publish_one(joined, command, options, arguments);
        }
    }
    joined.leave();
    return exit_ok;
}

void add_receiver_options(CLI::App& command, PublishCommand& options) {
    command
        .add_flag("--exclude-me,!--no-exclude-me", options.excludes_me,
                  "Whether this session itself gets no event, as a subscriber; it has no "
                  "subscription [yes]")
        ->group(receivers_group);
    const auto add = [&command](const char* name, auto& values, const char* type,
                                const char* help) {
        command.add_option(name, values, help)
            ->type_name(type)
            ->expected(1)
            ->take_all()
            ->allow_extra_args(false)
            ->group(receivers_group);
    };
    add("--eligible", options.eligible, "SESSION", "Only these sessions");
    add("--eligible-authid", options.eligible_authid, "NAME", "Only these users");
    add("--eligible-authrole", options.eligible_authrole, "NAME", "Only these roles");
    add("--exclude", options.exclude, "SESSION", "Not these sessions");
    add("--exclude-authid", options.exclude_authid, "NAME", "Not these users");
    add("--exclude-authrole", options.exclude_authrole, "NAME", "Not these roles");
}

}  // namespace

Command make_publish_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand("publish", "Publish an event");
    auto options = std::make_shared<PublishCommand>();
    command->add_option("URI", options->uri, "Topic")->required();
    add_argument_options(*command, options->arguments);
    command->add_flag("--stdin", options->is_from_input,
                      "One event for each line of standard input: a list is args, a dict with "
                      "args or kwargs both, any other JSON the one argument");
    command->add_option("--repeat", options->count, "So often")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    add_duration_option(*command, "--interval", options->interval, "Between two events");
    command->add_flag("-a,--acknowledge", options->is_acknowledged,
                      "Wait until the router has it, and print its id");
    add_duration_option(*command, "--timeout", options->timeout,
                        "Give up after so long without acknowledgement");
    command->add_flag("--retain", options->is_retained, "Kept for later subscribers");
    command->add_flag("--disclose-me", options->discloses, "Subscribers may know who publishes");
    command->add_option("--rkey", options->rkey, "Key of a sharded subscription");
    add_receiver_options(*command, *options);
    add_connection_options(*command, options->connection);
    return {command, [options] { return run_guarded([&] { return publish(*options); }); }};
}

}  // namespace kreisel::client
