#include "client/cli/commands.hpp"

namespace kreisel::client {

std::vector<Command> make_client_commands(CLI::App& application) {
    return {make_call_command(application), make_publish_command(application),
            make_subscribe_command(application), make_register_command(application),
            make_completion_command(application)};
}

}  // namespace kreisel::client
