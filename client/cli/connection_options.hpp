#pragma once
// Where the router is and as whom to log in: the options that all commands of the client share.
//
// Secrets may stand in the environment or in files, because command lines are seen by others.

#include "client/settings.hpp"
#include "common/base/command.hpp"

#include <string>
#include <vector>

namespace kreisel::client {

struct ConnectionOptions {
    std::vector<std::string> urls{"ws://127.0.0.1:8080/ws"};
    std::string realm = "realm1";
    std::string authid;
    std::string ticket;
    std::string wampcra;
    std::string scram;
    std::string scram_dialect = "wamp";
    std::string cryptosign_file;
    std::string router_key;
    bool is_channel_bound = false;
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    bool is_insecure = false;
    std::string encoding;
    Milliseconds connect_timeout{10'000};
    Milliseconds wait{0};
    bool is_verbose = false;
};

/// Those that say as whom to log in.
void add_login_options(CLI::App& command, ConnectionOptions& options);
/// All of them.
void add_connection_options(CLI::App& command, ConnectionOptions& options);

/// Reads what stands in files. Throws UsageFault.
[[nodiscard]] Settings make_settings(const ConnectionOptions& options);

}  // namespace kreisel::client
