// kreisel subscribe.
#include "client/cli/commands.hpp"
#include "client/cli/connection_options.hpp"
#include "client/cli/duration.hpp"
#include "client/cli/faults.hpp"
#include "client/cli/joined.hpp"
#include "client/cli/json.hpp"
#include "client/cli/patterns.hpp"
#include "client/cli/printing.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace kreisel::client {

namespace {

struct SubscribeCommand {
    ConnectionOptions connection;
    std::vector<std::string> uris;
    MatchPolicy match = MatchPolicy::exact;
    std::string nkey;
    std::uint64_t count = 0;
    Milliseconds timeout{0};
    bool gets_retained = false;
    bool is_detailed = false;
    bool is_once = false;
};

/// What the subscriptions of the command have in common.
struct Seen {
    std::uint64_t events = 0;
    std::optional<Error> gone;  ///< why the router ended one of them
};

class PrintedEvents final : public EventSink {
  public:
    PrintedEvents(const SubscribeCommand& command, std::string topic, Seen& seen)
        : command_(command), topic_(std::move(topic)), seen_(seen) {}

    void on_event(ReceivedEvent received) override {
        if (command_.count > 0 && seen_.events == command_.count) return;
        ++seen_.events;
        const EventDetails event = EventDetails::read(topic_, received);
        Reply arguments = *read_result<Reply>(received.payload);
        Dict line = with_arguments({{"topic", event.topic}}, std::move(arguments.args),
                                   std::move(arguments.kwargs));
        if (command_.is_detailed) {
            line.append("publication", event.publication);
            line.append("details", event.details);
        }
        print_line(to_json(line));
    }
    void on_gone(const Error& why) override { seen_.gone = why; }

  private:
    const SubscribeCommand& command_;
    std::string topic_;
    Seen& seen_;
};

/// Until enough events came, a signal, the end of the session or of the time.
int stay(Joined& joined, const SubscribeCommand& command, const Seen& seen) {
    const auto is_done = [&] {
        return joined.loop().is_ended() || joined.over() || seen.gone ||
               (command.count > 0 && seen.events == command.count);
    };
    bool is_late = false;
    if (command.timeout.count() == 0) {
        joined.loop().run_until(is_done);
    } else {
        is_late = !joined.loop().run_for(command.timeout, is_done);
    }
    joined.leave();
    if (seen.gone) throw Error(*seen.gone);
    if (!is_late || command.count == 0) return exit_ok;
    throw Error(uris::timeout, {std::to_string(seen.events) + " of " +
                                std::to_string(command.count) + " events came in time"});
}

int subscribe(const SubscribeCommand& command) {
    SubscribeOptions options{.match = command.match, .get_retained = command.gets_retained};
    if (!command.nkey.empty()) options.nkey = command.nkey;
    Seen seen;
    Joined joined(command.connection, command.is_once ? Stay::once : Stay::standing);
    for (const std::string& uri : command.uris) {
        const auto waiter = std::make_shared<FutureWaiter<detail::Granted>>();
        detail::start_subscribe(joined.engine(), make_request(uri, options),
                                std::make_shared<PrintedEvents>(command, uri, seen), waiter);
        joined.wait(waiter->future());
    }
    // First: whoever is told so may send a signal.
    joined.loop().end_on_signals();
    for (const std::string& uri : command.uris) joined.tell("subscribed to " + uri);
    return stay(joined, command, seen);
}

}  // namespace

Command make_subscribe_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand(
        "subscribe", "Print events as they come, one line of JSON each, until a signal");
    auto options = std::make_shared<SubscribeCommand>();
    command->add_option("URI", options->uris, "Topics")->required();
    add_match_option(*command, options->match);
    command->add_option("-n,--count", options->count, "End after so many events")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    add_duration_option(*command, "--timeout", options->timeout,
                        "End after so long; with --count that is a failure");
    command->add_flag("--get-retained", options->gets_retained,
                      "The event kept for later subscribers comes first");
    command->add_option("--nkey", options->nkey, "Key of a sharded subscription");
    command->add_flag("--details", options->is_detailed, "Also print publication and details");
    command->add_flag("--once", options->is_once, "Do not connect again when the connection goes");
    add_connection_options(*command, options->connection);
    return {command, [options] { return run_guarded([&] { return subscribe(*options); }); }};
}

}  // namespace kreisel::client
