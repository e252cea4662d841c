// Knows that threads exist: realms and shards are asked by post and answer by post.
#include "router/server/admin_server.hpp"

#include "common/base/log.hpp"
#include "common/net/stream.hpp"
#include "router/server/admin_connection.hpp"
#include "router/server/realm_host.hpp"
#include "router/server/router.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <unistd.h>

namespace kreisel {

namespace {

/// How long a shard or realm may take to answer before it counts as silent.
constexpr auto answer_max = std::chrono::seconds{2};

std::string lines_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace

/// One question to all shards and realms. Done when all have answered, or late.
struct AdminServer::Inquiry : std::enable_shared_from_this<Inquiry> {
    explicit Inquiry(boost::asio::io_context& context) : timer(context) {}

    void take(const std::string& name) {
        if (is_done) return;
        std::erase(reading.silent, name);
        if (reading.silent.empty()) finish();
    }
    void finish() {
        if (std::exchange(is_done, true)) return;
        timer.cancel();
        std::sort(reading.realms.begin(), reading.realms.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        std::exchange(on_done, nullptr)(reading);
    }

    boost::asio::steady_timer timer;
    RouterReading reading;
    std::function<void(const RouterReading&)> on_done;
    bool is_done = false;
};

AdminServer::AdminServer(boost::asio::io_context& context, Router& router)
    : context_(context), router_(router) {}

AdminServer::~AdminServer() { stop(); }

tl::expected<void, std::string> AdminServer::start(const AdminConfig& config) {
    config_ = config;
    if (config.address.empty()) return {};
    auto acceptor =
        make_acceptor(context_, {config.host, config.port, config.path, std::nullopt, "", ""});
    if (!acceptor) return tl::unexpected(acceptor.error());
    acceptor_ = std::move(*acceptor);
    acceptor_->start([this](int descriptor, const std::string&) { on_accept(descriptor); },
                     [](const std::string& trouble) {
                         if (trouble.empty()) return;
                         KREISEL_LOG(error, "cannot accept at the admin address, trying again",
                                     {"why", trouble});
                     });
    return {};
}

std::string AdminServer::address() const {
    if (acceptor_ == nullptr) return "";
    if (!config_.path.empty()) return "http+unix:" + config_.path;
    const bool is_v6 = config_.host.find(':') != std::string::npos;
    return "http://" + (is_v6 ? "[" + config_.host + "]" : config_.host) + ":" +
           std::to_string(acceptor_->port()) + "/metrics";
}

void AdminServer::stop() {
    if (acceptor_ != nullptr) acceptor_->close();
    acceptor_.reset();
}

void AdminServer::on_accept(int descriptor) {
    if (*connections_ >= admin_connections_max) {
        ::close(descriptor);
        return;
    }
    ++*connections_;
    const std::shared_ptr<void> place(nullptr, [count = connections_](const void*) { --*count; });
    serve_admin_request(
        context_, make_socket_stream(context_, descriptor, "admin"),
        [this](std::string_view path, const std::function<void(unsigned, std::string)>& reply) {
            answer(path, reply);
        },
        place);
}

void AdminServer::answer(std::string_view path,
                         const std::function<void(unsigned, std::string)>& reply) {
    if (path == "/readyz") {
        const std::vector<std::string> obstacles = router_.obstacles();
        return obstacles.empty() ? reply(200, "ready\n") : reply(503, lines_of(obstacles));
    }
    if (path == "/healthz") {
        ask([reply](const RouterReading& reading) {
            if (reading.silent.empty()) return reply(200, "healthy\n");
            std::vector<std::string> lines;
            for (const std::string& name : reading.silent) lines.push_back("silent: " + name);
            reply(503, lines_of(lines));
        });
        return;
    }
    if (path == "/metrics") {
        ask([reply](const RouterReading& reading) {
            reply(200, metrics_text(reading, read_process()));
        });
        return;
    }
    reply(404, "there is /metrics, /healthz and /readyz\n");
}

void AdminServer::ask(std::function<void(const RouterReading&)> on_done) {
    auto inquiry = std::make_shared<Inquiry>(context_);
    inquiry->on_done = std::move(on_done);
    inquiry->reading = router_.reading();
    std::vector<std::string>& silent = inquiry->reading.silent;
    const auto hosts = router_.hosts();
    for (const auto& [name, host] : hosts) silent.push_back("realm " + name);
    for (const auto& shard : router_.shards()) {
        silent.push_back("shard " + std::to_string(shard->index()));
    }
    inquiry->timer.expires_after(answer_max);
    inquiry->timer.async_wait([inquiry](const boost::system::error_code& ec) {
        if (!ec) inquiry->finish();
    });
    for (const auto& shard : router_.shards()) {
        shard->post([&context = context_, inquiry, index = shard->index()] {
            boost::asio::post(
                context, [inquiry, index] { inquiry->take("shard " + std::to_string(index)); });
        });
    }
    for (const auto& [name, host] : hosts) {
        host->run([&context = context_, inquiry, name = name](const Realm& realm, Effects&) {
            RealmReading reading{name, realm.counts(), realm.limits_reached()};
            boost::asio::post(context, [inquiry, reading = std::move(reading)] {
                const std::string who = "realm " + reading.name;
                if (!inquiry->is_done) inquiry->reading.realms.push_back(reading);
                inquiry->take(who);
            });
        });
    }
}

}  // namespace kreisel
