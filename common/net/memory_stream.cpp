// Knows that threads exist: the mutex guards what lies between the two ends, and nothing else (ADR
// 24).
#include "common/net/memory_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kreisel {

namespace {

using Executor = boost::asio::any_io_executor;

/// More than this is given back to the system when all is read.
constexpr std::size_t kept_bytes_max = 16U << 10U;
/// Octets that were read are moved away when there are so many of them.
constexpr std::size_t worth_moving = 64U << 10U;

/// Octets on their way to one end.
class Octets {
  public:
    [[nodiscard]] std::size_t size() const { return octets_.size() - head_; }
    [[nodiscard]] std::size_t room() const { return memory_stream_bytes_max - size(); }

    std::size_t put(std::span<const iovec> buffers) {
        std::size_t count = 0;
        for (const iovec& buffer : buffers) {
            const std::size_t part = std::min(buffer.iov_len, room());
            const auto* begin = static_cast<const std::uint8_t*>(buffer.iov_base);
            octets_.insert(octets_.end(), begin, begin + part);
            count += part;
            if (part < buffer.iov_len) break;
        }
        return count;
    }

    std::size_t take(std::span<std::uint8_t> buffer) {
        const std::size_t count = std::min(buffer.size(), size());
        std::memcpy(buffer.data(), octets_.data() + head_, count);
        head_ += count;
        if (size() == 0) {
            clear();
        } else if (head_ >= worth_moving) {
            octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(head_));
            head_ = 0;
        }
        return count;
    }

    void clear() {
        head_ = 0;
        if (octets_.capacity() > kept_bytes_max) {
            octets_ = {};
        } else {
            octets_.clear();
        }
    }

  private:
    std::vector<std::uint8_t> octets_;
    std::size_t head_ = 0;
};

enum class Wait : std::uint8_t { readable, writable };

/// The waits of one end, as timers that are never due: who waits is kept and counted as work by the
/// executor's own context, as with a socket, and let go if that context ends. On the executor only.
struct Waits {
    explicit Waits(const Executor& executor) : readable(executor), writable(executor) {}

    [[nodiscard]] boost::asio::steady_timer& of(Wait kind) {
        return kind == Wait::readable ? readable : writable;
    }

    boost::asio::steady_timer readable;
    boost::asio::steady_timer writable;
    bool is_closed = false;
};

/// One end as the other sees it.
struct End {
    Executor executor;
    std::weak_ptr<Waits> waits;
    Octets incoming;
    bool awaits_readable = false;
    bool awaits_writable = false;
    bool is_ended = false;  ///< sends no more
    bool is_closed = false;
    bool is_reset = false;  ///< by its peer
};

struct Between {
    std::mutex mutex;
    std::array<End, 2> ends;
};

/// Ends a wait of `end`. Under the mutex, so that the end cannot close meanwhile and its executor's
/// context go: nobody may post to that any more then.
void wake(End& end, Wait kind) {
    bool& awaits = kind == Wait::readable ? end.awaits_readable : end.awaits_writable;
    if (end.is_closed || !std::exchange(awaits, false)) return;
    boost::asio::post(end.executor, [weak = end.waits, kind] {
        if (const auto waits = weak.lock()) waits->of(kind).cancel();
    });
}

class MemoryStream final : public Stream {
  public:
    MemoryStream(std::shared_ptr<Between> between, std::size_t index, const Executor& executor,
                 std::optional<LocalFacts> facts)
        : between_(std::move(between)),
          mine_(between_->ends[index]),
          other_(between_->ends[1 - index]),
          waits_(std::make_shared<Waits>(executor)),
          facts_(std::move(facts)) {
        mine_.executor = executor;
        mine_.waits = waits_;
    }
    // Only a lack of memory could throw, and none is left to close anything with then.
    // NOLINTNEXTLINE(bugprone-exception-escape)
    ~MemoryStream() override { close(false); }
    MemoryStream(const MemoryStream&) = delete;
    MemoryStream& operator=(const MemoryStream&) = delete;

    IoResult read(std::span<std::uint8_t> buffer) override {
        const std::lock_guard guard(between_->mutex);
        if (mine_.is_reset) return failed(boost::asio::error::connection_reset);
        if (mine_.incoming.size() > 0) {
            const std::size_t count = mine_.incoming.take(buffer);
            if (mine_.incoming.room() >= memory_stream_bytes_max / 2) wake(other_, Wait::writable);
            return {IoResult::State::done, count, {}};
        }
        if (other_.is_ended) return {IoResult::State::ended, 0, {}};
        return {IoResult::State::would_block, 0, {}};
    }

    IoResult write(std::span<const iovec> buffers) override {
        const std::lock_guard guard(between_->mutex);
        if (mine_.is_ended || other_.is_closed) return failed(boost::asio::error::broken_pipe);
        if (other_.incoming.room() == 0) return {IoResult::State::would_block, 0, {}};
        const std::size_t count = other_.incoming.put(buffers);
        wake(other_, Wait::readable);
        return {IoResult::State::done, count, {}};
    }

    void wait_readable(std::shared_ptr<StreamOwner> owner) override {
        wait(Wait::readable, [owner = std::move(owner)](const boost::system::error_code& ec) {
            owner->on_readable(ec);
        });
    }
    void wait_writable(std::shared_ptr<StreamOwner> owner) override {
        wait(Wait::writable, [owner = std::move(owner)](const boost::system::error_code& ec) {
            owner->on_writable(ec);
        });
    }

    std::size_t unacknowledged_bytes() override {
        const std::lock_guard guard(between_->mutex);
        return other_.incoming.size();
    }

    void shutdown_send() override {
        const std::lock_guard guard(between_->mutex);
        mine_.is_ended = true;
        wake(other_, Wait::readable);
    }

    void close(bool is_hard) override {
        if (std::exchange(waits_->is_closed, true)) return;
        {
            const std::lock_guard guard(between_->mutex);
            mine_.is_ended = true;
            mine_.is_closed = true;
            mine_.incoming.clear();
            // The other end may outlive the context that this belongs to.
            mine_.executor = Executor();
            if (is_hard) {
                other_.is_reset = true;
                other_.incoming.clear();
            }
            wake(other_, Wait::readable);
            wake(other_, Wait::writable);
        }
        waits_->readable.cancel();
        waits_->writable.cancel();
    }

    const std::string& peer() const override {
        static const std::string name(in_process_peer);
        return name;
    }
    const LocalFacts* local() const override { return facts_ ? &*facts_ : nullptr; }

  private:
    [[nodiscard]] static IoResult failed(boost::system::error_code ec) {
        return {IoResult::State::failed, 0, ec};
    }

    /// Under the mutex.
    [[nodiscard]] bool is_ready(Wait kind) const {
        if (mine_.is_reset || other_.is_closed) return true;
        if (kind == Wait::readable) return mine_.incoming.size() > 0 || other_.is_ended;
        return other_.incoming.room() >= memory_stream_bytes_max / 2;
    }

    template <class Then>
    void wait(Wait kind, Then then) {
        boost::asio::steady_timer& timer = waits_->of(kind);
        timer.expires_at(boost::asio::steady_timer::time_point::max());
        timer.async_wait([waits = waits_, then = std::move(then)](boost::system::error_code ec) {
            ec = {};
            if (waits->is_closed) ec = boost::asio::error::operation_aborted;
            then(ec);
        });
        const std::lock_guard guard(between_->mutex);
        if (is_ready(kind)) {
            timer.cancel();
        } else {
            (kind == Wait::readable ? mine_.awaits_readable : mine_.awaits_writable) = true;
        }
    }

    std::shared_ptr<Between> between_;
    End& mine_;
    End& other_;
    std::shared_ptr<Waits> waits_;
    std::optional<LocalFacts> facts_;
};

}  // namespace

MemoryStreams make_memory_streams(const Strand& client, boost::asio::io_context& router,
                                  LocalFacts facts) {
    auto between = std::make_shared<Between>();
    MemoryStreams streams;
    streams.client = std::make_unique<MemoryStream>(between, 0, Executor(client), std::nullopt);
    streams.router = std::make_unique<MemoryStream>(between, 1, Executor(router.get_executor()),
                                                    std::move(facts));
    return streams;
}

}  // namespace kreisel
