// The end of a session in each phase of its life: whoever waits is told, once, and nothing is left
// to be done. And the refusals that end it by themselves.
#include "tests/unit/client_net/certificates.hpp"
#include "tests/unit/client_network/world.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kreisel::client::network {

namespace {

using namespace std::chrono_literals;

std::string yaml_of(const std::string& pem) {
    return "listeners:\n  - {address: \"127.0.0.1:0\"}\n  - {address: \"127.0.0.2:0\", tls: "
           "{certificate: " +
           pem + ", key: " + pem + R"(}}
shards: 1
realms:
  - name: realm1
    roles:
      - name: user
        permissions: [{uri: "", match: prefix, allow: [publish, subscribe, call, register]}]
    authentication:
      users: [{authid: joe, role: user, ticket: right}]
)";
}

/// A port that answers no more connections: they stay half made.
class Stuck {
  public:
    Stuck() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* place = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(sockets_[0], place, size) == 0);
        BOOST_REQUIRE(::listen(sockets_[0], 0) == 0);
        BOOST_REQUIRE(::getsockname(sockets_[0], place, &size) == 0);
        port_ = ntohs(address.sin_port);
        for (std::size_t i = 1; i < sockets_.size(); ++i) {
            static_cast<void>(::connect(sockets_[i], place, size));
        }
    }
    ~Stuck() {
        for (const int socket : sockets_) ::close(socket);
    }
    Stuck(const Stuck&) = delete;
    Stuck& operator=(const Stuck&) = delete;

    [[nodiscard]] std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

  private:
    [[nodiscard]] static int make_socket() {
        return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }

    std::array<int, 4> sockets_{make_socket(), make_socket(), make_socket(), make_socket()};
    std::uint16_t port_ = 0;
};

/// What all cells share.
struct Surroundings {
    client_test::Authority authority;
    std::string pem = authority.issue({.names = {"IP:127.0.0.1"}});
    TestRouter router{yaml_of(pem)};
    Stuck stuck;
};

/// A session in a context that the test turns by hand.
struct Stage {
    Stage(const Surroundings& around, const std::string& scheme, Milliseconds first_wait)
        : proxy(around.router.url(scheme == "wss" ? "wss" : "ws")) {
        settings.url = proxy.url(scheme);
        settings.more_urls = {around.stuck.url()};
        settings.realm = "realm1";
        settings.tls.ca_file = around.authority.file();
        settings.login.authid = "joe";
        settings.login.credentials.push_back(Ticket{"right"});
        settings.while_offline = WhileOffline::wait;
        settings.reconnect.first = first_wait;
        settings.reconnect.jitter = 0;
        settings.ping_interval = 0ms;
        settings.connect_timeout = 1h;
        settings.on_state = states.handler();
    }

    void run_until(const std::function<bool()>& is_so) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!is_so()) {
            BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, "never became so");
            context->restart();
            context->run_for(1ms);
        }
    }
    void join() {
        connect(context->get_executor(), settings, [this](Result<Session> joined) {
            if (joined) session = std::move(*joined);
        });
        run_until([this] { return bool(session); });
        log_in_octets = proxy.heard_up();
    }
    /// The next connection behaves so, and the present one is cut.
    void lose(const Behaviour& next) {
        proxy.behave_later(next);
        proxy.cut(Ending::orderly);
    }
    void run_out() {
        context->restart();
        context->run_for(patience);
        BOOST_TEST(context->stopped(), "something is left to be done");
    }

    Proxy proxy;
    Settings settings;
    States states;
    Tally tally;
    std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>();
    std::size_t log_in_octets = 0;
    Session session;
};

struct Phase {
    const char* name;
    const char* scheme;
    Milliseconds first_wait;
    void (*reach)(Stage&);
};

const std::array phases = {
    Phase{"waiting to reconnect", "tcp", 1h,
          [](Stage& stage) {
              stage.settings.more_urls.clear();
              stage.lose({.is_refusing = true});
              stage.run_until([&] { return stage.states.is(SessionState::waiting); });
          }},
    Phase{"dialling", "tcp", 1ms,
          [](Stage& stage) {
              stage.lose({.is_refusing = true});
              stage.run_until([&] { return stage.proxy.accepted() == 2; });
              // On to the second URL; whether it is there yet makes no difference.
              stage.context->run_for(5ms);
          }},
    Phase{"handshake of TLS", "wss", 1ms,
          [](Stage& stage) {
              stage.lose({.up = {.swallow_after = 0}});
              stage.run_until([&] { return stage.proxy.heard_up() > 0; });
          }},
    Phase{"handshake of the WebSocket", "ws", 1ms,
          [](Stage& stage) {
              stage.lose({.up = {.swallow_after = 0}});
              stage.run_until([&] { return stage.proxy.heard_up() > 0; });
          }},
    Phase{"after HELLO", "tcp", 1ms,
          [](Stage& stage) {
              stage.lose({.down = {.swallow_after = 4}});
              stage.run_until([&] { return stage.proxy.heard_up() > 4; });
          }},
    Phase{"after CHALLENGE", "tcp", 1ms,
          [](Stage& stage) {
              stage.lose({.up = {.swallow_after = stage.log_in_octets - 1}});
              stage.run_until([&] { return stage.proxy.heard_up() == stage.log_in_octets; });
          }},
    Phase{"joined", "ws", 1ms,
          [](Stage& stage) { stage.proxy.behave({.down = {.swallow_after = 0}}); }},
    Phase{"closing", "ws", 1ms,
          [](Stage& stage) {
              stage.proxy.behave({.down = {.swallow_after = 0}});
              stage.session.leave(stage.tally.expect("leave"));
              stage.run_until([&] { return stage.proxy.heard_up() > stage.log_in_octets; });
          }},
};

struct End {
    const char* name;
    void (*bring)(Stage&);
};

const std::array ends = {
    End{"the handle goes", [](Stage& stage) { stage.session = Session(); }},
    End{"close()", [](Stage& stage) { stage.session.close(); }},
    End{"leave()", [](Stage& stage) { stage.session.leave(stage.tally.expect("leave")); }},
};

void check_endings(const Tally& tally) {
    for (const auto& [name, endings, error] : tally.entries()) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(endings == 1);
            if (name == "leave") {
                BOOST_TEST(!error.has_value());
                continue;
            }
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST((error->uri() == uris::closed || error->uri() == uris::not_connected),
                       error->what());
        }
    }
}

/// One of each operation, told to handlers that hold the session and what they wait for; `witness`
/// lives as long as one of them.
void wait_for_itself(const Session& session, const std::shared_ptr<int>& witness) {
    const auto told = [session, witness](const auto&) {};
    const auto heard = [session, witness](const Rest&) {};
    session.call<int>("com.example.silence", 1, told);
    session.publish({"com.example.tick", with::acknowledge()}, 1, told);
    session.subscribe("com.example.itself", heard, told);
    session.provide("com.example.itself", heard, told);
    const auto stream =
        std::make_shared<ResultStream<int>>(session.stream<int>("com.example.silence"));
    stream->next([stream, witness](const auto&) {});
    const auto exchange =
        std::make_shared<Exchange<int>>(session.exchange<int>("com.example.silence", 1));
    exchange->next([exchange, witness](const auto&) {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_phases)

BOOST_AUTO_TEST_CASE(a_session_may_end_in_every_phase) {
    const Surroundings around;
    for (const Phase& phase : phases) {
        for (const End& end : ends) {
            BOOST_TEST_CONTEXT(phase.name << ": " << end.name) {
                Stage stage(around, phase.scheme, phase.first_wait);
                if (phase.first_wait == 1h) stage.settings.more_urls.clear();
                stage.join();
                phase.reach(stage);
                std::optional<Pending> pending = begin_everything(stage.session, stage.tally);

                end.bring(stage);
                // What was said goodbye to need not be waited for.
                stage.context->run_for(1ms);
                stage.proxy.cut(Ending::orderly);
                stage.run_out();

                BOOST_TEST(stage.states.is(SessionState::over));
                check_endings(stage.tally);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_context_may_go_in_every_phase) {
    const Surroundings around;
    for (const Phase& phase : phases) {
        BOOST_TEST_CONTEXT(phase.name) {
            Stage stage(around, phase.scheme, phase.first_wait);
            stage.join();
            phase.reach(stage);
            std::optional<Pending> pending = begin_everything(stage.session, stage.tally);

            pending.reset();
            // The last handle goes with what the context has not run.
            boost::asio::post(*stage.context, [session = std::exchange(stage.session, {})] {});
            stage.context.reset();

            for (const auto& entry : stage.tally.entries()) BOOST_TEST(entry.endings <= 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_context_that_goes_lets_go_of_what_waits_for_itself) {
    const Surroundings around;
    for (const Phase& phase : phases) {
        BOOST_TEST_CONTEXT(phase.name) {
            Stage stage(around, phase.scheme, phase.first_wait);
            auto witness = std::make_shared<int>();
            const std::weak_ptr<int> seen = witness;
            bool is_granted = false;
            stage.join();
            stage.session.provide(
                "com.example.stands", [session = stage.session, witness](const Rest&) {},
                [&](const Result<Registration>&) { is_granted = true; });
            stage.run_until([&] { return is_granted; });
            phase.reach(stage);
            wait_for_itself(stage.session, witness);
            stage.context->run_for(1ms);

            witness.reset();
            stage.session = Session();
            BOOST_TEST(!seen.expired());
            stage.context.reset();

            BOOST_TEST(seen.expired());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_context_that_goes_lets_go_of_those_who_connect) {
    const Surroundings around;
    Stage stage(around, "tcp", 1ms);
    auto witness = std::make_shared<int>();
    const std::weak_ptr<int> seen = witness;
    stage.settings.url = around.stuck.url();
    connect(stage.context->get_executor(), stage.settings,
            [witness](const Result<Session>&) { BOOST_ERROR("told in vain"); });
    stage.context->run_for(5ms);

    witness.reset();
    stage.context.reset();

    BOOST_TEST(seen.expired());
}

BOOST_AUTO_TEST_CASE(a_context_that_goes_lets_go_of_a_procedure_that_waits_for_more) {
    const Surroundings around;
    Stage stage(around, "tcp", 1ms);
    stage.join();
    auto witness = std::make_shared<int>();
    const std::weak_ptr<int> seen = witness;
    bool is_called = false;
    stage.session.provide(
        "com.example.sum",
        [&is_called, witness](int, const Inputs<int>& inputs, const Responder<int>& responder) {
            is_called = true;
            inputs.next([inputs, responder, witness](const auto&) {});
        },
        [session = stage.session, witness](const auto&) {
            const auto exchange =
                std::make_shared<Exchange<int>>(session.exchange<int>("com.example.sum", 1));
            exchange->next([exchange, witness](const auto&) {});
        });
    stage.run_until([&] { return is_called; });

    witness.reset();
    stage.session = Session();
    stage.context.reset();

    BOOST_TEST(seen.expired());
}

BOOST_AUTO_TEST_CASE(a_refusal_is_not_tried_again) {
    const Surroundings around;
    struct Refusal {
        const char* realm;
        const char* ticket;
        std::string_view uri;
    };
    for (const Refusal& refusal : {Refusal{"no.such.realm", "right", uris::no_such_realm},
                                   Refusal{"realm1", "wrong", uris::authentication_denied}}) {
        BOOST_TEST_CONTEXT(refusal.uri) {
            Stage stage(around, "tcp", 1ms);
            stage.settings.more_urls.clear();
            stage.settings.reconnect.at_start = true;
            stage.settings.realm = refusal.realm;
            stage.settings.login.credentials = {Ticket{refusal.ticket}};

            connect(stage.context->get_executor(), stage.settings, stage.tally.expect("connect"));
            stage.run_out();

            const auto entries = stage.tally.entries();
            BOOST_TEST(entries.at(0).endings == 1);
            BOOST_TEST(entries.at(0).error.value().uri() == refusal.uri);
            BOOST_TEST(stage.proxy.accepted() == 1U);
            BOOST_TEST(stage.states.is(SessionState::over));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_after_a_loss_ends_the_session_and_what_waits) {
    Surroundings around;
    Stage stage(around, "tcp", 1ms);
    stage.settings.more_urls.clear();
    stage.join();
    std::string yaml = yaml_of(around.pem);
    yaml.replace(yaml.find("right"), 5, "other");
    const auto changed = (*around.router).reload(*parse_config(yaml, "test.yaml"));
    BOOST_REQUIRE_MESSAGE(changed.has_value(), (changed ? "" : changed.error()));

    stage.proxy.behave_later({.is_refusing = true});
    stage.proxy.cut(Ending::orderly);
    stage.run_until([&] { return stage.states.is(SessionState::waiting); });
    const Pending pending = begin_everything(stage.session, stage.tally);
    stage.proxy.behave_later({});
    stage.run_out();

    BOOST_TEST(stage.states.is(SessionState::over));
    BOOST_TEST(stage.states.why_last().find(uris::authentication_denied) == 0U);
    for (const auto& [name, endings, error] : stage.tally.entries()) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(endings == 1);
            BOOST_REQUIRE(error.has_value());
            BOOST_TEST(error->uri() == uris::not_connected);
        }
    }
    BOOST_TEST(stage.proxy.accepted() >= 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel::client::network
