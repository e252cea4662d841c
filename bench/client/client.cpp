// bench_client: our client under bench/client/run, by coroutines or by callbacks.

#include <kreisel/client.hpp>

#include <boost/asio/io_context.hpp>
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/co_spawn.hpp>
#endif

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace wamp = kreisel::client;

/// Calls of one round: how many are still to be made, and what has come.
struct Round {
    std::uint64_t left = 0;
    std::uint64_t awaited = 0;
};

void check(const wamp::Result<std::uint64_t>& sum, std::uint64_t number) {
    if (!sum) throw wamp::Error(sum.error());
    if (*sum != number + 1) throw std::runtime_error("a wrong sum");
}

/// One of the calls in flight: when its result comes, it makes the next.
void call_again(const wamp::Session& session, const std::string& procedure, Round& round) {
    if (round.left == 0) return;
    const std::uint64_t number = round.left--;
    session.call<std::uint64_t>(procedure, number, 1,
                                [&, number](const wamp::Result<std::uint64_t>& sum) {
                                    check(sum, number);
                                    --round.awaited;
                                    call_again(session, procedure, round);
                                });
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
boost::asio::awaitable<void> call_on(const wamp::Session& session, const std::string& procedure,
                                     Round& round) {
    while (round.left > 0) {
        const std::uint64_t number = round.left--;
        check(co_await session.call<std::uint64_t>(procedure, number, 1), number);
        --round.awaited;
    }
}
boost::asio::awaitable<std::uint64_t> add(std::uint64_t a, std::uint64_t b) { co_return a + b; }
#endif

struct Options {
    std::string style, role, url, procedure;
};

class Program {
  public:
    explicit Program(Options options) : options_(std::move(options)) {
        wamp::Settings settings(options_.url, "realm1");
        settings.encodings = {wamp::Encoding::msgpack};
        settings.ping_interval = {};
        wamp::connect(context_.get_executor(), settings, [this](wamp::Result<wamp::Session> made) {
            if (!made) throw wamp::Error(made.error());
            session_ = *made;
        });
        run_until([this] { return bool(session_); });
    }

    void serve() {
        bool has_it = false;
        const auto on_provided = [&has_it](const wamp::Result<wamp::Registration>& made) {
            if (!made) throw wamp::Error(made.error());
            has_it = true;
        };
        const auto sum = [](std::uint64_t a, std::uint64_t b) { return a + b; };
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
        if (options_.style == "coroutines") session_.provide(options_.procedure, add, on_provided);
#endif
        if (options_.style == "callbacks") session_.provide(options_.procedure, sum, on_provided);
        run_until([&has_it] { return has_it; });
        std::cout << "ready" << std::endl;
        context_.run();
    }

    void call() {
        std::cout << "ready" << std::endl;
        for (std::uint64_t calls = 0, in_flight = 0; std::cin >> calls >> in_flight;) {
            const auto start = std::chrono::steady_clock::now();
            Round round{calls, calls};
            for (std::uint64_t i = 0; i < in_flight; ++i) begin(round);
            run_until([&round] { return round.awaited == 0; });
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
            std::cout << taken.count() << std::endl;
        }
    }

  private:
    void begin(Round& round) {
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
        if (options_.style == "coroutines") {
            boost::asio::co_spawn(context_, call_on(session_, options_.procedure, round),
                                  [](const std::exception_ptr& thrown) {
                                      if (thrown) std::rethrow_exception(thrown);
                                  });
            return;
        }
#endif
        call_again(session_, options_.procedure, round);
    }
    template <class Condition>
    void run_until(const Condition& is_so) {
        while (!is_so()) {
            if (context_.run_one() == 0) throw std::runtime_error("nothing is left to do");
        }
    }

    Options options_;
    boost::asio::io_context context_{1};
    wamp::Session session_;
};

int run(int argc, char** argv) {
    CLI::App application("Our client in bench/client/run");
    Options options;
    application.add_option("--style", options.style, "coroutines or callbacks")->required();
    application.add_option("--role", options.role, "caller or callee")->required();
    application.add_option("--url", options.url)->required();
    application.add_option("--procedure", options.procedure)->required();
    CLI11_PARSE(application, argc, argv);
    Program program(options);
    options.role == "callee" ? program.serve() : program.call();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
