// TLS from the client's side: whom it trusts, what it shows, what it says when it does not.
#include "certificates.hpp"
#include "common/net/tls_stream.hpp"
#include "testing.hpp"

#include <fstream>

using namespace kreisel;
using namespace kreisel::client_test;

namespace {

/// A router with TLS, and a client of it.
struct Secured {
    explicit Secured(const Authority::Wanted& wanted = {.names = {"DNS:localhost", "IP:127.0.0.1"}},
                     ClientCertificates client_certificates = ClientCertificates::none) {
        TlsSettings settings;
        settings.main.certificate = authority.issue(wanted);
        settings.client_certificates = client_certificates;
        if (client_certificates != ClientCertificates::none) {
            settings.client_ca = authority.file();
        }
        auto loaded = TlsContext::load(settings, SystemClock{}.wall());
        BOOST_REQUIRE(loaded.context);
        peer.peer->wrap = [this, context = loaded.context](std::unique_ptr<Stream> stream) {
            return make_tls_stream(loop.context, std::move(stream), context);
        };
        client.ca_file = authority.file();
    }

    client::DialSettings dial_to(const std::string& host) {
        const auto loaded = TlsClientContext::load(client, SystemClock{}.wall());
        BOOST_REQUIRE(loaded.context);
        return {.url = *client::parse_url("wss://" + host + ":" +
                                          std::to_string(peer.peer->port()) + "/ws"),
                .timeout = 20s,
                .tls = loaded.context,
                .ticket = ticket};
    }
    std::unique_ptr<Stream> connect(const std::string& host = "127.0.0.1") {
        auto stream = dialled(loop, dial_to(host));
        BOOST_REQUIRE_MESSAGE(stream.has_value(), (stream ? "" : stream.error().what()));
        return std::move(*stream);
    }
    std::string refusal(const std::string& host = "127.0.0.1") {
        const auto stream = dialled(loop, dial_to(host));
        BOOST_REQUIRE(!stream);
        BOOST_TEST(stream.error().uri() == client::uris::not_connected);
        return stream.error().what();
    }
    /// Of a stream that TLS has let through, to an open link.
    Linked link_on(std::unique_ptr<Stream> stream, const std::string& url) {
        Linked linked;
        linked.link = std::make_shared<client::Link>(
            loop.strand, std::move(stream),
            client::LinkSettings{.url = *client::parse_url(url), .handshake_timeout = 20s},
            linked.owner);
        linked.link->start();
        return linked;
    }

    Loop loop;
    Authority authority;
    WirePeer peer{loop, websocket_server()};
    TlsClientSettings client;
    std::shared_ptr<TlsTicket> ticket;
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_tls)

BOOST_AUTO_TEST_CASE(messages_go_both_ways_over_tls) {
    Secured secured;
    const auto linked = secured.link_on(secured.connect(), "wss://127.0.0.1/ws");
    secured.loop.run_until([&] { return linked.owner->opened.has_value(); });
    const std::string text(1'000'000, 'x');

    BOOST_TEST(
        (linked.link->send(Publish{RequestId(1), {}, "com.example.a", make_payload({text})}) ==
         client::Sent::yes));
    secured.loop.run_until([&] { return secured.peer.messages.size() == 1; });
    secured.peer.send(Event{SubscriptionId(1), PublicationId(1), {}, make_payload({text})});
    secured.loop.run_until([&] { return linked.owner->messages.size() == 1; });
    linked.link->close(close_code::normal, "");
    secured.loop.run_until([&] { return linked.owner->lost.has_value(); });

    BOOST_TEST(linked.owner->lost->uri() == client::uris::closed);
}

BOOST_AUTO_TEST_CASE(both_sides_know_the_same_channel) {
    Secured secured;
    const auto stream = secured.connect("localhost");
    secured.loop.run_until([&] { return secured.peer.peer->stream().tls() != nullptr; });

    const TlsFacts& ours = *stream->tls();
    const TlsFacts& theirs = *secured.peer.peer->stream().tls();

    BOOST_TEST(ours.version == "TLSv1.3");
    BOOST_TEST(ours.exporter.size() == 32U);
    BOOST_TEST((ours.exporter == theirs.exporter));
    BOOST_TEST(ours.alpn == "http/1.1");
    BOOST_TEST(theirs.server_name == "localhost");
    BOOST_REQUIRE(ours.certificate.has_value());
    BOOST_TEST(ours.certificate->common_name == "router");
}

BOOST_AUTO_TEST_CASE(unknown_authority_is_refused) {
    Secured secured;
    const Authority other;
    secured.client.ca_file = other.file();

    const auto text = secured.refusal();

    BOOST_TEST(has(text, "cannot connect to wss://127.0.0.1:"));
    BOOST_TEST(has(text, "the certificate of 127.0.0.1 is not taken: "));
    BOOST_TEST(has(text, "ca_file"));
}

BOOST_AUTO_TEST_CASE(authorities_of_the_system_do_not_know_the_test) {
    Secured secured;
    secured.client.ca_file = "";

    BOOST_TEST(has(secured.refusal(), "is not taken"));
}

BOOST_AUTO_TEST_CASE(certificate_for_another_host_is_refused_by_name) {
    Secured secured({.names = {"DNS:router.example.com", "DNS:other.example.com"}});

    BOOST_TEST(has(secured.refusal("localhost"),
                   "it is not for this host, but for router.example.com, other.example.com"));
    BOOST_TEST(has(secured.refusal("127.0.0.1"), "it is not for this host"));
}

BOOST_AUTO_TEST_CASE(certificate_of_another_time_is_refused) {
    Secured expired({.names = {"IP:127.0.0.1"}, .begins_in = -7200, .ends_in = -3600});
    Secured future({.names = {"IP:127.0.0.1"}, .begins_in = 3600});

    BOOST_TEST(has(expired.refusal(), "it has expired"));
    BOOST_TEST(has(future.refusal(), "it is not valid yet"));
}

BOOST_AUTO_TEST_CASE(verification_can_be_turned_off) {
    Secured secured({.names = {"DNS:elsewhere"}, .begins_in = -7200, .ends_in = -3600});
    secured.client = {.verify = TlsVerify::off_and_insecure};

    const auto stream = secured.connect();

    BOOST_TEST(!stream->tls()->certificate.has_value());
}

BOOST_AUTO_TEST_CASE(client_shows_its_certificate) {
    Secured secured({.names = {"IP:127.0.0.1"}}, ClientCertificates::required);
    secured.client.certificate.certificate = secured.authority.issue({.common_name = "joe"});

    const auto stream = secured.connect();
    secured.loop.run_until([&] { return secured.peer.peer->stream().tls() != nullptr; });

    const auto& shown = secured.peer.peer->stream().tls()->certificate;
    BOOST_REQUIRE(shown.has_value());
    BOOST_TEST(shown->common_name == "joe");
}

BOOST_AUTO_TEST_CASE(missing_certificate_is_told) {
    Secured secured({.names = {"IP:127.0.0.1"}}, ClientCertificates::required);

    // TLS 1.3 tells it after the client has taken the handshake for done.
    const auto linked = secured.link_on(secured.connect(), "wss://127.0.0.1/ws");

    BOOST_TEST(has(loss_of(secured.loop, linked), "the server requires a certificate"));
}

BOOST_AUTO_TEST_CASE(second_connection_resumes_the_session) {
    Secured secured;
    secured.ticket = std::make_shared<TlsTicket>();
    const auto first = secured.link_on(secured.connect(), "wss://127.0.0.1/ws");
    secured.loop.run_until([&] { return first.owner->opened.has_value(); });
    const bool was_resumed = first.link->tls()->is_resumed;

    const auto second = secured.connect();

    BOOST_TEST(!was_resumed);
    BOOST_TEST(second->tls()->is_resumed);
    BOOST_TEST(second->tls()->certificate.has_value());
    BOOST_TEST(second->tls()->exporter.size() == 32U);
}

BOOST_AUTO_TEST_CASE(plain_port_is_told) {
    Loop loop;
    const auto peer = Peer::make(loop);
    peer->on_received = [&] { peer->send("HTTP/1.1 400 Bad Request\r\n\r\n"); };
    const auto tls = TlsClientContext::load({}, SystemClock{}.wall());

    const auto stream =
        dialled(loop, {.url = *client::parse_url(peer->url("wss")), .tls = tls.context});

    BOOST_REQUIRE(!stream);
    BOOST_TEST(has(stream.error().what(), "the answer is no TLS"));
}

BOOST_AUTO_TEST_CASE(silent_or_cut_handshake_is_told) {
    Loop loop;
    const auto peer = Peer::make(loop);
    const auto tls = TlsClientContext::load({}, SystemClock{}.wall());
    const auto url = *client::parse_url(peer->url("tcps"));

    const auto silent = dialled(loop, {.url = url, .timeout = 1s, .tls = tls.context});
    peer->on_received = [&] { peer->cut(false); };
    const auto cut = dialled(loop, {.url = url, .tls = tls.context});

    BOOST_REQUIRE(!silent);
    BOOST_TEST(has(silent.error().what(), "the handshake of TLS timed out"));
    BOOST_REQUIRE(!cut);
    BOOST_TEST(has(cut.error().what(), "in the handshake of TLS"));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_told) {
    Authority authority;
    const auto load = [](const TlsClientSettings& settings) {
        auto loaded = TlsClientContext::load(settings, SystemClock{}.wall());
        BOOST_TEST(!loaded.context);
        BOOST_REQUIRE(loaded.errors.size() == 1U);
        return loaded.errors.front().key + ": " + loaded.errors.front().text;
    };

    BOOST_TEST(has(load({.ca_file = "/nowhere"}), "ca_file: there is no file /nowhere"));
    BOOST_TEST(
        has(load({.certificate = {.certificate = authority.file(), .key = ""}}), "key: the file"));
}

BOOST_AUTO_TEST_CASE(changed_files_make_a_context_outdated) {
    Authority authority;
    const std::string path = authority.issue({});
    const auto loaded = TlsClientContext::load(
        {.ca_file = authority.file(), .certificate = {.certificate = path, .key = ""}},
        SystemClock{}.wall());
    BOOST_REQUIRE(loaded.context);
    const bool was_current = loaded.context->is_current();

    std::ofstream(path, std::ios::app) << "\n";

    BOOST_TEST(was_current);
    BOOST_TEST(!loaded.context->is_current());
}

BOOST_AUTO_TEST_SUITE_END()
