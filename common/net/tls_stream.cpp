#include "common/net/tls_stream.hpp"

#include "common/net/strand_stream.hpp"
#include "common/net/tls_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace kreisel {

namespace {

/// Octets that may wait for a peer which makes TLS answer (key updates) and does not read.
constexpr std::size_t unsent_bytes_max = 256U << 10U;

/// Memory of output that is on its way, lent to one stream of the thread at a time.
std::vector<std::uint8_t>& spare_output() {
    thread_local std::vector<std::uint8_t> spare;
    return spare;
}

/// The stream's inner part, which outlives it while its own waits are pending. The executor is a
/// concrete one: a shard's connections pay for no strand.
template <class Executor>
class TlsCore final : public StreamOwner {
  public:
    template <class Side>
    TlsCore(const Executor& executor, std::unique_ptr<Stream> inner, Side side)
        : executor_(executor),
          inner_(std::move(inner)),
          session_(std::make_unique<TlsSession>(std::move(side), *inner_)) {}

    IoResult read(std::span<std::uint8_t> buffer);
    IoResult write(std::span<const iovec> buffers);
    void wait_readable(std::shared_ptr<StreamOwner> owner);
    void wait_writable(std::shared_ptr<StreamOwner> owner);
    void shutdown_send();
    void close(bool is_hard);
    [[nodiscard]] std::size_t unsent() const {
        return session_ ? session_->output().size() - sent_ : 0;
    }
    [[nodiscard]] Stream& inner() const { return *inner_; }
    [[nodiscard]] const TlsSession* session() const { return session_.get(); }

    /// The socket's, for what waits in output().
    void on_readable(const boost::system::error_code&) override {}
    void on_writable(const boost::system::error_code& ec) override;

  private:
    void flush();
    void borrow_output();
    void give_back_output();
    void tell_writable(const boost::system::error_code& ec);

    [[nodiscard]] std::shared_ptr<TlsCore> self() {
        return std::static_pointer_cast<TlsCore>(shared_from_this());
    }

    Executor executor_;
    std::unique_ptr<Stream> inner_;
    std::unique_ptr<TlsSession> session_;  ///< until close()
    std::shared_ptr<StreamOwner> writer_;  ///< waits to write
    boost::system::error_code write_error_;
    std::size_t sent_ = 0;  ///< octets of output() that the socket has taken
    bool is_waiting_for_socket_ = false;
    bool is_broken_ = false;  ///< nothing that comes is looked at
    bool is_send_over_ = false;
};

template <class Executor>
IoResult TlsCore<Executor>::read(std::span<std::uint8_t> buffer) {
    if (is_broken_) return inner_->read(buffer);
    const bool was_open = session_->is_open();
    borrow_output();
    const IoResult got = session_->read(buffer);
    is_broken_ = got.state == IoResult::State::failed;
    flush();
    if (!was_open && session_->is_open() && writer_ != nullptr) wait_writable(std::move(writer_));
    if (unsent() > unsent_bytes_max) {
        return {IoResult::State::failed, 0,
                boost::system::errc::make_error_code(boost::system::errc::no_buffer_space)};
    }
    return got;
}

template <class Executor>
IoResult TlsCore<Executor>::write(std::span<const iovec> buffers) {
    if (write_error_) return {IoResult::State::failed, 0, write_error_};
    if (!session_->is_open()) return {IoResult::State::would_block, 0, {}};
    if (unsent() > 0) flush();
    if (unsent() > 0) return {IoResult::State::would_block, 0, {}};
    borrow_output();
    const auto taken = session_->write(buffers);
    flush();
    if (write_error_) return {IoResult::State::failed, 0, write_error_};
    if (!taken) {
        return {IoResult::State::failed, 0,
                boost::system::errc::make_error_code(boost::system::errc::protocol_error)};
    }
    return {IoResult::State::done, *taken, {}};
}

template <class Executor>
void TlsCore<Executor>::flush() {
    auto& output = session_->output();
    while (sent_ < output.size() && !write_error_) {
        const iovec rest{output.data() + sent_, output.size() - sent_};
        const IoResult written = inner_->write({&rest, 1});
        if (written.state == IoResult::State::would_block) {
            if (!std::exchange(is_waiting_for_socket_, true)) {
                inner_->wait_writable(shared_from_this());
            }
            return;
        }
        if (written.state == IoResult::State::done) {
            sent_ += written.count;
        } else {
            write_error_ = written.ec;
        }
    }
    give_back_output();
    if (is_send_over_) inner_->shutdown_send();
}

template <class Executor>
void TlsCore<Executor>::borrow_output() {
    auto& output = session_->output();
    if (output.capacity() == 0) output.swap(spare_output());
}

template <class Executor>
void TlsCore<Executor>::give_back_output() {
    constexpr std::size_t spare_bytes_max = 128U << 10U;
    std::vector<std::uint8_t> output;
    output.swap(session_->output());
    sent_ = 0;
    output.clear();
    if (spare_output().capacity() == 0 && output.capacity() <= spare_bytes_max) {
        spare_output().swap(output);
    }
}

template <class Executor>
void TlsCore<Executor>::on_writable(const boost::system::error_code& ec) {
    is_waiting_for_socket_ = false;
    if (!session_) return;
    if (ec) {
        write_error_ = ec;
    } else {
        flush();
    }
    if (unsent() == 0 || write_error_) tell_writable(write_error_);
}

template <class Executor>
void TlsCore<Executor>::tell_writable(const boost::system::error_code& ec) {
    if (const auto writer = std::exchange(writer_, nullptr)) writer->on_writable(ec);
}

template <class Executor>
void TlsCore<Executor>::wait_readable(std::shared_ptr<StreamOwner> owner) {
    if (is_broken_ || !session_->has_more()) return inner_->wait_readable(std::move(owner));
    boost::asio::post(executor_, [owner = std::move(owner)] { owner->on_readable({}); });
}

template <class Executor>
void TlsCore<Executor>::wait_writable(std::shared_ptr<StreamOwner> owner) {
    writer_ = std::move(owner);
    // Before the handshake is done there is nothing to wait for but the peer; read() comes back.
    if (!session_->is_open() || is_waiting_for_socket_) return;
    boost::asio::post(executor_, [self = self()] {
        if (self->session_) self->tell_writable(self->write_error_);
    });
}

template <class Executor>
void TlsCore<Executor>::shutdown_send() {
    if (std::exchange(is_send_over_, true)) return;
    session_->end();
    flush();
}

template <class Executor>
void TlsCore<Executor>::close(bool is_hard) {
    if (!session_) return;
    inner_->close(is_hard);
    session_.reset();
    if (!writer_) return;
    boost::asio::post(executor_, [writer = std::move(writer_)] {
        writer->on_writable(boost::asio::error::operation_aborted);
    });
}

template <class Executor>
class TlsStream final : public Stream {
  public:
    template <class Side>
    TlsStream(const Executor& executor, std::unique_ptr<Stream> inner, Side side)
        : core_(std::make_shared<TlsCore<Executor>>(executor, std::move(inner), std::move(side))) {}
    ~TlsStream() override { core_->close(false); }
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    IoResult read(std::span<std::uint8_t> buffer) override { return core_->read(buffer); }
    IoResult write(std::span<const iovec> buffers) override { return core_->write(buffers); }
    void wait_readable(std::shared_ptr<StreamOwner> owner) override {
        core_->wait_readable(std::move(owner));
    }
    void wait_writable(std::shared_ptr<StreamOwner> owner) override {
        core_->wait_writable(std::move(owner));
    }
    std::size_t unacknowledged_bytes() override {
        return core_->inner().unacknowledged_bytes() + core_->unsent();
    }
    bool has_unsent() const override { return core_->unsent() > 0; }
    void shutdown_send() override { core_->shutdown_send(); }
    void close(bool is_hard) override { core_->close(is_hard); }
    const std::string& peer() const override { return core_->inner().peer(); }
    const TlsFacts* tls() const override {
        return core_->session() == nullptr ? nullptr : core_->session()->facts();
    }
    const ProxyFacts* proxy() const override { return core_->inner().proxy(); }
    std::string fault() const override {
        if (core_->session() != nullptr && !core_->session()->fault().empty()) {
            return core_->session()->fault();
        }
        return core_->inner().fault();
    }

  private:
    std::shared_ptr<TlsCore<Executor>> core_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(boost::asio::io_context& context,
                                        std::unique_ptr<Stream> inner, TlsContextPtr tls) {
    using Executor = boost::asio::io_context::executor_type;
    return std::make_unique<TlsStream<Executor>>(context.get_executor(), std::move(inner),
                                                 std::move(tls));
}

std::unique_ptr<Stream> make_tls_stream(const Strand& strand, std::unique_ptr<Stream> inner,
                                        TlsClientSide side) {
    return std::make_unique<TlsStream<Strand>>(strand, std::move(inner), std::move(side));
}

}  // namespace kreisel
