#include "router/server/admin_connection.hpp"

#include "common/wire/http_head.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>

namespace kreisel {

namespace {

class AdminConnection final : public StreamOwner {
  public:
    AdminConnection(boost::asio::io_context& context, std::unique_ptr<Stream> stream,
                    AdminAnswer answer, std::shared_ptr<void> place)
        : stream_(std::move(stream)),
          timer_(context),
          answer_(std::move(answer)),
          place_(std::move(place)),
          head_(admin_head_bytes_max) {}

    void start() {
        timer_.expires_after(admin_timeout);
        timer_.async_wait([self = self()](const boost::system::error_code& ec) {
            if (!ec) self->close();
        });
        stream_->wait_readable(shared_from_this());
    }

    void on_readable(const boost::system::error_code& ec) override {
        if (is_closed_) return;
        if (ec) return close();
        std::array<std::uint8_t, 4096> buffer;
        const IoResult got = stream_->read(buffer);
        if (got.state == IoResult::State::would_block) {
            return stream_->wait_readable(shared_from_this());
        }
        if (got.state != IoResult::State::done) return close();
        if (is_answered_) return stream_->wait_readable(shared_from_this());  // thrown away
        static_cast<void>(head_.feed(std::span(buffer).first(got.count)));
        if (const HttpFault fault = head_.fault()) {
            return respond(fault.status, std::string(fault.why) + "\n");
        }
        if (!head_.is_whole()) return stream_->wait_readable(shared_from_this());
        on_request();
    }

    void on_writable(const boost::system::error_code& ec) override {
        if (is_closed_) return;
        if (ec) return close();
        write();
    }

  private:
    [[nodiscard]] std::shared_ptr<AdminConnection> self() {
        return std::static_pointer_cast<AdminConnection>(shared_from_this());
    }

    void on_request() {
        const HttpHeadResult request = read_request_head(head_.text());
        if (request.fault) return respond(request.fault.status, std::string(request.fault.why));
        is_head_only_ = request.head.method == "HEAD";
        if (request.head.method != "GET" && !is_head_only_) {
            return respond(405, "only GET and HEAD are answered here\n");
        }
        const std::string_view target = request.head.target;
        const std::string_view path = target.substr(0, target.find('?'));
        answer_(path, [self = self()](unsigned status, const std::string& body) {
            if (!self->is_closed_) self->respond(status, body);
        });
    }

    void respond(unsigned status, const std::string& body) {
        is_answered_ = true;
        response_ =
            "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
            "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\nCache-Control: no-store\r\nConnection: close\r\n" +
            (status == 405 ? "Allow: GET, HEAD\r\n\r\n" : "\r\n");
        if (!is_head_only_) response_ += body;
        write();
    }

    void write() {
        while (written_ < response_.size()) {
            const iovec rest{response_.data() + written_, response_.size() - written_};
            const IoResult sent = stream_->write(std::span(&rest, 1));
            if (sent.state == IoResult::State::would_block) {
                return stream_->wait_writable(shared_from_this());
            }
            if (sent.state != IoResult::State::done) return close();
            written_ += sent.count;
        }
        // Closing with unread input would destroy the answer: the peer ends first, or the timer.
        stream_->shutdown_send();
        stream_->wait_readable(shared_from_this());
    }

    void close() {
        if (is_closed_) return;
        is_closed_ = true;
        timer_.cancel();
        stream_->close(false);
        place_.reset();
    }

    std::unique_ptr<Stream> stream_;
    boost::asio::steady_timer timer_;
    AdminAnswer answer_;
    std::shared_ptr<void> place_;
    HeadCollector head_;
    std::string response_;
    std::size_t written_ = 0;
    bool is_head_only_ = false;
    bool is_answered_ = false;
    bool is_closed_ = false;
};

}  // namespace

void serve_admin_request(boost::asio::io_context& context, std::unique_ptr<Stream> stream,
                         AdminAnswer answer, std::shared_ptr<void> place) {
    std::make_shared<AdminConnection>(context, std::move(stream), std::move(answer),
                                      std::move(place))
        ->start();
}

}  // namespace kreisel
