#include "common/net/proxy_stream.hpp"

#include "common/wire/proxy_header.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace kreisel {

namespace {

std::string text_of(const ProxyHeader::Source& source) {
    const std::string address = source.address.to_text();
    const std::string port = ":" + std::to_string(source.port);
    return (source.address.is_v4() ? address : "[" + address + "]") + port;
}

class ProxyStream final : public Stream {
  public:
    ProxyStream(boost::asio::io_context& context, std::unique_ptr<Stream> inner,
                ProxyHeaderRule rule)
        : context_(context),
          inner_(std::move(inner)),
          peer_(inner_->peer()),
          rule_(rule),
          reader_(std::make_unique<ProxyHeaderReader>()) {}

    IoResult read(std::span<std::uint8_t> buffer) override {
        if (reader_ != nullptr) {
            const IoResult got = read_header();
            if (got.state != IoResult::State::done) return got;
        }
        if (rest_.empty()) return inner_->read(buffer);
        const std::size_t count = std::min(buffer.size(), rest_.size());
        std::copy_n(rest_.begin(), count, buffer.begin());
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
        if (rest_.empty()) rest_.shrink_to_fit();
        return {IoResult::State::done, count, {}};
    }

    IoResult write(std::span<const iovec> buffers) override { return inner_->write(buffers); }

    void wait_readable(std::shared_ptr<StreamOwner> owner) override {
        if (rest_.empty()) return inner_->wait_readable(std::move(owner));
        boost::asio::post(context_, [owner = std::move(owner)] { owner->on_readable({}); });
    }
    void wait_writable(std::shared_ptr<StreamOwner> owner) override {
        inner_->wait_writable(std::move(owner));
    }

    std::size_t unacknowledged_bytes() override { return inner_->unacknowledged_bytes(); }
    void shutdown_send() override { inner_->shutdown_send(); }
    void close(bool is_hard) override { inner_->close(is_hard); }
    const std::string& peer() const override { return peer_; }
    const ProxyFacts* proxy() const override { return facts_.get(); }
    std::string fault() const override { return fault_; }

  private:
    /// `done` once the connection's own octets may be read.
    IoResult read_header();
    IoResult on_whole_header();
    IoResult refuse(std::string why);

    boost::asio::io_context& context_;
    std::unique_ptr<Stream> inner_;
    std::string peer_;
    ProxyHeaderRule rule_;
    std::unique_ptr<ProxyHeaderReader> reader_;  ///< until the header is behind
    std::vector<std::uint8_t> rest_;             ///< what was read beyond the header
    std::unique_ptr<ProxyFacts> facts_;
    std::string fault_;
};

IoResult ProxyStream::read_header() {
    if (rule_ == ProxyHeaderRule::nobody_trusted) {
        return refuse("only proxies that trusted_proxies names may connect here");
    }
    constexpr std::size_t piece_bytes = 1024;
    std::array<std::uint8_t, piece_bytes> piece;
    const IoResult got = inner_->read(piece);
    if (got.state != IoResult::State::done) return got;
    const auto octets = std::span(piece).first(got.count);
    const std::size_t taken = reader_->feed(octets);
    const auto rest = octets.subspan(taken);
    switch (reader_->state()) {
        case ProxyHeaderReader::State::undecided:
            return {IoResult::State::would_block, 0, {}};
        case ProxyHeaderReader::State::faulty:
            return refuse("PROXY header: " + std::string(reader_->fault()));
        case ProxyHeaderReader::State::absent:
            if (rule_ == ProxyHeaderRule::required) {
                return refuse("PROXY header: the proxy sends none, but proxy_protocol is required");
            }
            rest_.assign(reader_->buffered().begin(), reader_->buffered().end());
            rest_.insert(rest_.end(), rest.begin(), rest.end());
            reader_.reset();
            return got;
        case ProxyHeaderReader::State::whole:
            rest_.assign(rest.begin(), rest.end());
            return on_whole_header();
    }
    return got;
}

IoResult ProxyStream::on_whole_header() {
    if (rule_ == ProxyHeaderRule::refused) {
        return refuse("PROXY header from an address that trusted_proxies does not name");
    }
    const ProxyHeader& header = reader_->header();
    facts_ = std::make_unique<ProxyFacts>(ProxyFacts{peer_, header.is_encrypted});
    if (header.source) peer_ = text_of(*header.source);
    reader_.reset();
    // The connection's own octets may have come with it, or are still to come.
    return {rest_.empty() ? IoResult::State::would_block : IoResult::State::done, 0, {}};
}

IoResult ProxyStream::refuse(std::string why) {
    fault_ = std::move(why);
    reader_.reset();
    return {IoResult::State::failed, 0,
            boost::system::errc::make_error_code(boost::system::errc::protocol_error)};
}

}  // namespace

std::unique_ptr<Stream> make_proxy_stream(boost::asio::io_context& context,
                                          std::unique_ptr<Stream> inner, ProxyHeaderRule rule) {
    return std::make_unique<ProxyStream>(context, std::move(inner), rule);
}

}  // namespace kreisel
