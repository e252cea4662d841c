#include "client/cli/connection_options.hpp"

#include "client/cli/duration.hpp"
#include "client/cli/faults.hpp"
#include "client/cli/secrets.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace kreisel::client {

namespace {

constexpr const char* group = "Connection";
constexpr const char* login_group = "Log-in (@FILE: the first line of a file, @-: of the input)";

void add_tls_options(CLI::App& command, ConnectionOptions& options) {
    command.add_option("--ca-file", options.ca_file, "PEM file: who may sign the router's name")
        ->type_name("FILE")
        ->group(group);
    auto* certificate =
        command.add_option("--certificate", options.certificate_file, "PEM file to show")
            ->type_name("FILE")
            ->group(group);
    command.add_option("--key", options.key_file, "PEM file of the certificate's key")
        ->type_name("FILE")
        ->needs(certificate)
        ->group(group);
    command
        .add_flag("--insecure", options.is_insecure,
                  "Trust whoever answers; anybody in between can read and change everything")
        ->group(group);
}

std::vector<Credentials> make_credentials(const ConnectionOptions& options) {
    std::vector<Credentials> credentials;
    if (!options.certificate_file.empty()) credentials.emplace_back(TlsCertificate{});
    if (!options.cryptosign_file.empty()) {
        credentials.emplace_back(
            Cryptosign{read_small_file(options.cryptosign_file), options.router_key});
    }
    if (!options.scram.empty()) {
        credentials.emplace_back(Scram{
            read_secret(options.scram, "--scram"),
            options.scram_dialect == "wamp" ? Scram::Dialect::wamp : Scram::Dialect::crossbar});
    }
    if (!options.wampcra.empty()) {
        credentials.emplace_back(WampCra{read_secret(options.wampcra, "--wampcra")});
    }
    if (!options.ticket.empty()) {
        credentials.emplace_back(Ticket{read_secret(options.ticket, "--ticket")});
    }
    // A certificate may be for the connection only.
    if (credentials.size() == 1 && !options.certificate_file.empty()) {
        credentials.emplace_back(Anonymous{});
    }
    return credentials;
}

}  // namespace

void add_login_options(CLI::App& command, ConnectionOptions& options) {
    command.add_option("--authid", options.authid, "As whom")
        ->envname("KREISEL_AUTHID")
        ->group(login_group);
    command.add_option("--ticket", options.ticket, "Ticket, password or token")
        ->envname("KREISEL_TICKET")
        ->type_name("SECRET")
        ->group(login_group);
    command.add_option("--wampcra", options.wampcra, "Secret for WAMP-CRA")
        ->envname("KREISEL_WAMPCRA")
        ->type_name("SECRET")
        ->group(login_group);
    command.add_option("--scram", options.scram, "Password for SCRAM")
        ->envname("KREISEL_SCRAM")
        ->type_name("SECRET")
        ->group(login_group);
    command.add_option("--scram-dialect", options.scram_dialect, "Which name SCRAM goes by")
        ->check(CLI::IsMember({"wamp", "crossbar"}))
        ->capture_default_str()
        ->group(login_group);
    command
        .add_option("--cryptosign", options.cryptosign_file,
                    "File of a private key, as `kreisel keygen` makes it or PEM")
        ->envname("KREISEL_CRYPTOSIGN")
        ->type_name("FILE")
        ->group(login_group);
    command
        .add_option("--router-key", options.router_key,
                    "Public key that the router has to prove, 64 hex digits")
        ->group(login_group);
}

void add_connection_options(CLI::App& command, ConnectionOptions& options) {
    command
        .add_option("--url", options.urls,
                    "ws://, wss://, tcp://, tcps:// or unix:; several are tried in turn")
        ->envname("KREISEL_URL")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false)
        ->capture_default_str()
        ->group(group);
    command.add_option("--realm", options.realm, "Realm to join")
        ->envname("KREISEL_REALM")
        ->capture_default_str()
        ->group(group);
    command.add_option("--encoding", options.encoding, "Instead of any")
        ->check(CLI::IsMember({"json", "msgpack", "cbor"}))
        ->group(group);
    add_duration_option(command, "--connect-timeout", options.connect_timeout, "For each URL [10s]")
        ->group(group);
    add_duration_option(
        command, "--wait", options.wait,
        "Try so long to find a router, and the procedure of a call, that is not there yet")
        ->group(group);
    add_tls_options(command, options);
    add_login_options(command, options);
    command
        .add_flag("--channel-binding", options.is_channel_bound,
                  "SCRAM and cryptosign sign for this very TLS connection")
        ->group(login_group);
    command.add_flag("-v,--verbose", options.is_verbose, "Tell on stderr what happens");
}

Settings make_settings(const ConnectionOptions& options) {
    static const std::map<std::string, Encoding> encodings{
        {"json", Encoding::json}, {"msgpack", Encoding::msgpack}, {"cbor", Encoding::cbor}};
    Settings settings;
    settings.url = options.urls.front();
    settings.more_urls.assign(options.urls.begin() + 1, options.urls.end());
    settings.realm = options.realm;
    settings.agent = "kreisel";
    settings.login.authid = options.authid;
    settings.login.credentials = make_credentials(options);
    if (options.is_channel_bound) settings.login.channel_binding = ChannelBinding::tls_exporter;
    settings.tls.ca_file = options.ca_file;
    settings.tls.certificate = {options.certificate_file, options.key_file};
    if (options.is_insecure) settings.tls.verify = TlsVerify::off_and_insecure;
    if (!options.encoding.empty()) settings.encodings = {encodings.at(options.encoding)};
    settings.connect_timeout = std::max(options.connect_timeout, Milliseconds(1));
    return settings;
}

}  // namespace kreisel::client
