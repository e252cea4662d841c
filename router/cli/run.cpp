// kreisel run, kreisel version.
#include "common/base/version.hpp"
#include "router/cli/command.hpp"
#include "router/server/service.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <utility>

namespace kreisel {

Command make_run_command(CLI::App& application) {
    CLI::App* command = application.add_subcommand("run", "Run the router");
    auto options = std::make_shared<ServiceOptions>();
    add_config_option(*command, options->config_path, ConfigPlace::option);
    command->add_option("--ready-file", options->ready_file,
                        "Write the addresses to connect to here, one a line, once they answer");
    return {command, [options] {
                auto config = load_config(options->config_path);
                if (!config) return print_errors(config.error());
                Service service(*options, std::move(*config));
                return service.run() ? exit_ok : exit_failed;
            }};
}

Command make_version_command(CLI::App& application) {
    return {application.add_subcommand("version", "Show the version"), [] {
                std::cout << "kreisel " << version() << '\n';
                return exit_ok;
            }};
}

}  // namespace kreisel
