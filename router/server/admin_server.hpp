#pragma once
// AdminServer: GET /metrics, /healthz and /readyz for those who run the router.
//
// Lives on the control thread and its io_context, apart from the shards, so that it answers while
// these are full, and while the router drains. HTTP/1.1 with one request a connection; its limits
// are in admin_connection.hpp. Owned by the Service.

#include "common/net/acceptor.hpp"
#include "router/config/config.hpp"
#include "router/server/metrics_text.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace kreisel {

class Router;

class AdminServer {
  public:
    /// Both must outlive it.
    AdminServer(boost::asio::io_context& context, Router& router);
    ~AdminServer();
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    /// Listens. The error is one sentence for the operator.
    [[nodiscard]] tl::expected<void, std::string> start(const AdminConfig& config);
    /// `http://127.0.0.1:9090/metrics`.
    [[nodiscard]] std::string address() const;
    void stop();

  private:
    struct Inquiry;

    void on_accept(int descriptor);
    void ask(std::function<void(const RouterReading&)> on_done);
    void answer(std::string_view path, const std::function<void(unsigned, std::string)>& reply);

    boost::asio::io_context& context_;
    Router& router_;
    AdminConfig config_;
    std::shared_ptr<Acceptor> acceptor_;
    std::shared_ptr<std::size_t> connections_ = std::make_shared<std::size_t>(0);
};

}  // namespace kreisel
