// The kreisel command: run, check, config, version. Command line, signals and exit codes;
// everything else is Router's and the configuration's. Owns the control thread.
//
// Exit codes: 0 done; 1 it could not be done (faulty configuration, port in use); 2 wrong command
// line.

#include "common/base/version.hpp"
#include "router/config/config.hpp"
#include "router/server/service.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>

namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

int print_errors(const std::vector<kreisel::ConfigError>& errors) {
    for (const auto& error : errors) std::cerr << kreisel::to_text(error) << '\n';
    std::cerr << errors.size() << (errors.size() == 1 ? " error" : " errors") << '\n';
    return exit_failed;
}

int check(const std::string& path) {
    const auto config = kreisel::load_config(path);
    if (!config) return print_errors(config.error());
    std::cout << path << ": ok\n";
    return exit_ok;
}

int show_config(const std::string& path) {
    const auto config = kreisel::load_config(path);
    if (!config) return print_errors(config.error());
    std::cout << kreisel::effective_text(*config);
    return exit_ok;
}

int run(const kreisel::ServiceOptions& options) {
    auto config = kreisel::load_config(options.config_path);
    if (!config) return print_errors(config.error());
    kreisel::Service service(options, std::move(*config));
    return service.run() ? exit_ok : exit_failed;
}

int run_command_line(int count, char** arguments) {
    CLI::App app{"Kreisel, the WAMP router where Autobahns meet", "kreisel"};
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong command line. Signals while running: SIGHUP "
        "re-reads the configuration, SIGTERM and SIGINT stop it, a second one at once.");

    kreisel::ServiceOptions options;
    auto* run_command = app.add_subcommand("run", "Run the router");
    run_command->add_option("-c,--config", options.config_path, "Configuration file")
        ->capture_default_str();
    run_command->add_option("--ready-file", options.ready_file,
                            "Write the addresses to connect to here, one a line, once they answer");
    auto* check_command = app.add_subcommand("check", "Check a configuration file");
    check_command->add_option("-c,--config,config", options.config_path, "Configuration file")
        ->capture_default_str();
    auto* config_command = app.add_subcommand("config", "Show a configuration file");
    bool is_effective = false;
    config_command->add_option("-c,--config,config", options.config_path, "Configuration file")
        ->capture_default_str();
    config_command->add_flag("--effective", is_effective,
                             "With every default, secrets hidden (the only form there is)");
    auto* version_command = app.add_subcommand("version", "Show the version");

    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    if (version_command->parsed()) {
        std::cout << "kreisel " << kreisel::version() << '\n';
        return exit_ok;
    }
    if (check_command->parsed()) return check(options.config_path);
    if (config_command->parsed()) return show_config(options.config_path);
    return run(options);
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run_command_line(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kreisel: %s\n", error.what());
        return exit_failed;
    }
}
