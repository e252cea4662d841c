// ws_echo: a plain WebSocket echo server on the WebSocket layer of Kreisel. Sends every text and
// binary message back, compressed if the client offers permessage-deflate; a browser gets a page.
//
//     ws_echo --port 9001            # 0: any free port; the one taken is printed
//
// One thread, one io_context.
#include "page.hpp"
#include "session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class Server {
  public:
    Server(asio::io_context& context, const asio::ip::tcp::endpoint& endpoint)
        : acceptor_(context, endpoint), pause_(context), signals_(context, SIGINT, SIGTERM) {
        auto settings = std::make_shared<kreisel::WebSocketServerSettings>();
        settings->allow_deflate = true;
        settings->page = ws_echo::page;
        settings->server_name = "ws_echo";
        settings_ = std::move(settings);
    }

    [[nodiscard]] unsigned port() const { return acceptor_.local_endpoint().port(); }

    void start() {
        signals_.async_wait([this](const error_code& ec, int) {
            if (!ec) stop();
        });
        accept();
    }

  private:
    void accept() {
        acceptor_.async_accept([this](const error_code& ec, asio::ip::tcp::socket socket) {
            if (ec == asio::error::operation_aborted) return;
            if (ec) return accept_later();
            auto session = std::make_shared<ws_echo::Session>(std::move(socket), settings_);
            std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
            sessions_.push_back(session);
            session->start();
            accept();
        });
    }

    /// Out of file descriptors, most likely: no busy loop.
    void accept_later() {
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([this](const error_code& ec) {
            if (!ec) accept();
        });
    }

    void stop() {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        for (const auto& known : sessions_) {
            if (auto session = known.lock()) session->stop();
        }
    }

    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    asio::signal_set signals_;
    std::shared_ptr<const kreisel::WebSocketServerSettings> settings_;
    std::vector<std::weak_ptr<ws_echo::Session>> sessions_;
};

bool read_port(std::string_view text, unsigned short& port) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc() && end == text.data() + text.size();
}

}  // namespace

int main(int count, char** arguments) {
    unsigned short port = 9001;
    if (count != 1 && (count != 3 || std::string_view(arguments[1]) != "--port" ||
                       !read_port(arguments[2], port))) {
        std::fprintf(stderr, "usage: ws_echo [--port PORT]   (default 9001; 0 takes a free one)\n");
        return 2;
    }
    try {
        std::signal(SIGPIPE, SIG_IGN);
        asio::io_context context(1);
        Server server(context, {asio::ip::address_v4::loopback(), port});
        std::printf("ws_echo listens on ws://127.0.0.1:%u/\n", server.port());
        std::fflush(stdout);
        server.start();
        context.run();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "ws_echo cannot listen on port %u: %s\n", unsigned{port},
                     failure.what());
        return 1;
    }
    return 0;
}
