#include "client/net/dial.hpp"

#include "client/net/timer.hpp"
#include "common/base/check.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace kreisel::client {

namespace {

using SteadyClock = std::chrono::steady_clock;
using Tcp = boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<Tcp, Strand>;
using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Strand>;

/// A name with more addresses is tried at the first ones.
constexpr std::size_t addresses_max = 16;

struct Address {
    sockaddr_storage octets{};
    socklen_t size = 0;
    std::string text{};
};

Address address_of(const Tcp::endpoint& endpoint) {
    Address address;
    std::memcpy(&address.octets, endpoint.data(), endpoint.size());
    address.size = static_cast<socklen_t>(endpoint.size());
    const std::string host = endpoint.address().to_string();
    address.text = (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
                   std::to_string(endpoint.port());
    return address;
}

Address address_of_unix(const std::string& path) {
    Address address;
    sockaddr_un socket{};
    socket.sun_family = AF_UNIX;
    std::memcpy(socket.sun_path, path.data(), std::min(path.size(), sizeof(socket.sun_path) - 1));
    std::memcpy(&address.octets, &socket, sizeof(socket));
    address.size = sizeof(socket);
    address.text = "unix";
    return address;
}

std::string reason_of(int error) {
    switch (error) {
        case ECONNREFUSED:
            return "connection refused (nothing listens there)";
        case ENOENT:
            return "there is no such socket";
        case EAGAIN:
            return "the router accepts no more connections at the moment";
        default:
            return boost::system::error_code(error, boost::system::system_category()).message();
    }
}

/// A port in the range of the system's own choice may be given to the very socket that asks for
/// it: TCP then connects it to itself.
bool is_connected_to_itself(int descriptor) {
    sockaddr_storage own{};
    sockaddr_storage peer{};
    socklen_t own_size = sizeof(own);
    socklen_t peer_size = sizeof(peer);
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) != 0) return false;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0)
        return false;
    return own.ss_family != AF_UNIX && own_size == peer_size &&
           std::memcmp(&own, &peer, own_size) == 0;
}

class Dialling;

/// Waits for one address; a later one makes it stale.
class Attempt final : public StreamOwner {
  public:
    explicit Attempt(std::weak_ptr<Dialling> dialling) : dialling_(std::move(dialling)) {}
    void on_readable(const boost::system::error_code& ec) override;
    void on_writable(const boost::system::error_code&) override {}

  private:
    /// Held by its timer.
    std::weak_ptr<Dialling> dialling_;
};

class Dialling final : public Dial, public std::enable_shared_from_this<Dialling> {
  public:
    Dialling(const Strand& strand, DialSettings settings, OnDialled on_dialled)
        : strand_(strand),
          settings_(std::move(settings)),
          on_dialled_(std::move(on_dialled)),
          timer_(strand),
          resolver_(strand),
          deadline_(SteadyClock::now() + settings_.timeout) {}

    void start() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->begin(); });
    }
    void cancel() override {
        if (std::exchange(is_done_, true)) return;
        stop();
        on_dialled_ = nullptr;
    }

    void on_connecting(const Attempt* attempt);
    void on_handshake(const Attempt& attempt);

  private:
    void begin();
    void resolve();
    void try_next();
    [[nodiscard]] bool try_address(const Address& address);
    void on_connected(int descriptor);
    void arm_timer(SteadyClock::time_point when);
    void on_timer();

    void note(std::string why) { faults_.push_back(std::move(why)); }
    void stop();
    void fail_with(const std::string& why);
    void finish(Result<std::unique_ptr<Stream>> outcome);
    [[nodiscard]] std::string faults_text() const;

    Strand strand_;
    DialSettings settings_;
    OnDialled on_dialled_;
    StrandTimer timer_;
    Resolver resolver_;
    SteadyClock::time_point deadline_;
    std::vector<Address> addresses_;
    std::vector<std::string> faults_;  ///< one for each address that was tried
    std::shared_ptr<Attempt> attempt_;
    std::optional<Socket> socket_;    ///< while it connects
    std::unique_ptr<Stream> stream_;  ///< once it does
    bool is_shaking_hands_ = false;
    bool is_done_ = false;
};

void Attempt::on_readable(const boost::system::error_code&) {
    if (const auto dialling = dialling_.lock()) dialling->on_handshake(*this);
}

void Dialling::begin() {
    if (is_done_) return;
    CHECK(!settings_.url.is_tls() || settings_.tls != nullptr, "TLS was prepared for this URL");
    arm_timer(deadline_);
    const Url& url = settings_.url;
    if (url.is_unix()) {
        addresses_.push_back(address_of_unix(url.path));
        return try_next();
    }
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(url.host, is_name);
    if (is_name) return resolve();
    addresses_.push_back(address_of(Tcp::endpoint(address, url.port)));
    try_next();
}

void Dialling::resolve() {
    const auto flags = Resolver::numeric_service;
    resolver_.async_resolve(settings_.url.host, std::to_string(settings_.url.port), flags,
                            [self = shared_from_this()](const boost::system::error_code& ec,
                                                        const Resolver::results_type& results) {
                                if (self->is_done_) return;
                                if (ec) {
                                    return self->fail_with("the name " + self->settings_.url.host +
                                                           " cannot be looked up: " + ec.message());
                                }
                                for (const auto& entry : results) {
                                    if (self->addresses_.size() == addresses_max) break;
                                    self->addresses_.push_back(address_of(entry.endpoint()));
                                }
                                self->try_next();
                            });
}

void Dialling::try_next() {
    attempt_.reset();
    socket_.reset();
    stream_.reset();
    is_shaking_hands_ = false;
    while (faults_.size() < addresses_.size()) {
        if (try_address(addresses_[faults_.size()])) return;
    }
    fail_with(faults_text());
}

bool Dialling::try_address(const Address& address) {
    const int family = address.octets.ss_family;
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        note(reason_of(errno));
        return false;
    }
    const int outcome =
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.octets), address.size);
    if (outcome != 0 && errno != EINPROGRESS) {
        note(reason_of(errno));
        ::close(descriptor);
        return false;
    }
    const boost::asio::generic::stream_protocol protocol(family,
                                                         family == AF_UNIX ? 0 : IPPROTO_TCP);
    socket_.emplace(strand_, protocol, descriptor);
    attempt_ = std::make_shared<Attempt>(weak_from_this());
    const auto left = static_cast<std::int64_t>(addresses_.size() - faults_.size());
    const auto now = SteadyClock::now();
    arm_timer(now + (deadline_ - now) / left);
    socket_->async_wait(Socket::wait_write,
                        [self = shared_from_this(), attempt = attempt_.get()](
                            const boost::system::error_code&) { self->on_connecting(attempt); });
    return true;
}

void Dialling::on_connecting(const Attempt* attempt) {
    if (is_done_ || attempt != attempt_.get() || !socket_) return;
    const int descriptor = socket_->native_handle();
    int error = 0;
    socklen_t size = sizeof(error);
    static_cast<void>(::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size));
    if (error == 0 && is_connected_to_itself(descriptor)) error = ECONNREFUSED;
    if (error != 0) {
        note(reason_of(error));
        return try_next();
    }
    // Let go and taken over anew: a socket that once waited to be writable is reported as writable
    // by every later wait, too.
    boost::system::error_code ec;
    const int released = socket_->release(ec);
    socket_.reset();
    if (ec) {
        note(ec.message());
        return try_next();
    }
    on_connected(released);
}

void Dialling::on_connected(int descriptor) {
    stream_ = make_socket_stream(strand_, descriptor, addresses_[faults_.size()].text);
    const Url& url = settings_.url;
    if (!url.is_tls()) return finish(std::move(stream_));
    TlsClientSide side{settings_.tls, url.host, url.is_websocket() ? "http/1.1" : "",
                       settings_.ticket};
    // The root's dot is no part of the name in certificates.
    if (side.host.ends_with('.')) side.host.pop_back();
    stream_ = make_tls_stream(strand_, std::move(stream_), std::move(side));
    is_shaking_hands_ = true;
    arm_timer(deadline_);
    on_handshake(*attempt_);
}

void Dialling::on_handshake(const Attempt& attempt) {
    if (is_done_ || &attempt != attempt_.get()) return;
    const IoResult got = stream_->read({});
    switch (got.state) {
        case IoResult::State::done:
            return finish(std::move(stream_));
        case IoResult::State::would_block:
            return stream_->wait_readable(attempt_);
        case IoResult::State::ended:
            note("the server ended the connection in the handshake of TLS");
            break;
        case IoResult::State::failed:
            note(stream_->fault().empty() ? got.ec.message() : stream_->fault());
            break;
    }
    try_next();
}

void Dialling::arm_timer(SteadyClock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        if (!ec && !self->is_done_ && is_due(self->timer_)) self->on_timer();
    });
}

void Dialling::on_timer() {
    if (addresses_.empty()) {
        return fail_with("the name " + settings_.url.host + " is not looked up in time");
    }
    note(is_shaking_hands_ ? "the handshake of TLS timed out" : "timed out");
    if (SteadyClock::now() < deadline_) return try_next();
    fail_with(faults_text());
}

std::string Dialling::faults_text() const {
    if (addresses_.empty()) return "the name " + settings_.url.host + " has no address";
    if (addresses_.size() == 1) return faults_.front();
    std::string text;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        text += (i == 0 ? "" : "; ") + addresses_[i].text + ": " + faults_[i];
    }
    return text;
}

void Dialling::stop() {
    timer_.cancel();
    resolver_.cancel();
    attempt_.reset();
    socket_.reset();
    stream_.reset();
}

void Dialling::fail_with(const std::string& why) {
    finish(fail(uris::not_connected, "cannot connect to " + settings_.url.to_text() + ": " + why));
}

void Dialling::finish(Result<std::unique_ptr<Stream>> outcome) {
    is_done_ = true;
    stop();
    std::exchange(on_dialled_, nullptr)(std::move(outcome));
}

}  // namespace

std::shared_ptr<Dial> dial(const Strand& strand, DialSettings settings, OnDialled on_dialled) {
    auto dialling = std::make_shared<Dialling>(strand, std::move(settings), std::move(on_dialled));
    dialling->start();
    return dialling;
}

}  // namespace kreisel::client
