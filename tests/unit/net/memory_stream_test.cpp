// Two ends in one thread: every step is seen.
#include "common/net/memory_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <thread>

namespace kreisel {

namespace {

/// Counts what it is told.
class Owner final : public StreamOwner {
  public:
    void on_readable(const boost::system::error_code& ec) override {
        ++readable;
        last = ec;
    }
    void on_writable(const boost::system::error_code& ec) override {
        ++writable;
        last = ec;
    }

    int readable = 0;
    int writable = 0;
    boost::system::error_code last;
};

/// Who has the stream, as connections do.
struct Holder final : StreamOwner {
    void on_readable(const boost::system::error_code&) override {}
    void on_writable(const boost::system::error_code&) override {}

    std::unique_ptr<Stream> stream;
};

constexpr std::size_t pumped_bytes = 5'000'000;

/// Writes so many octets, in pieces of all sizes, and reads as many; both in order.
class Pump final : public StreamOwner {
  public:
    explicit Pump(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}

    void start() {
        stream_->wait_readable(shared_from_this());
        stream_->wait_writable(shared_from_this());
    }
    void on_readable(const boost::system::error_code& ec) override {
        if (ec) return;
        std::vector<std::uint8_t> octets(1 + read_ % 9'973);
        for (;;) {
            const IoResult got = stream_->read(octets);
            if (got.state == IoResult::State::would_block) break;
            if (got.state != IoResult::State::done) return;
            for (std::size_t at = 0; at < got.count; ++at) {
                if (octets[at] != static_cast<std::uint8_t>(read_++)) ++wrong;
            }
        }
        stream_->wait_readable(shared_from_this());
    }
    void on_writable(const boost::system::error_code& ec) override {
        if (ec) return;
        while (written_ < pumped_bytes) {
            std::vector<std::uint8_t> octets(
                std::min(pumped_bytes - written_, 1 + written_ % 99'991));
            std::iota(octets.begin(), octets.end(), static_cast<std::uint8_t>(written_));
            const iovec buffer{octets.data(), octets.size()};
            const IoResult done = stream_->write({&buffer, 1});
            if (done.state != IoResult::State::done) {
                return stream_->wait_writable(shared_from_this());
            }
            written_ += done.count;
        }
        stream_->shutdown_send();
    }
    [[nodiscard]] std::size_t read() const { return read_; }

    int wrong = 0;

  private:
    std::unique_ptr<Stream> stream_;
    std::size_t read_ = 0;
    std::size_t written_ = 0;
};

struct Fixture {
    boost::asio::io_context near;
    boost::asio::io_context far;
    MemoryStreams streams =
        make_memory_streams(Strand(near.get_executor()), far, {"backend", "joe"});
    std::shared_ptr<Owner> near_owner = std::make_shared<Owner>();
    std::shared_ptr<Owner> far_owner = std::make_shared<Owner>();

    static void run(boost::asio::io_context& context) {
        context.restart();
        context.poll();
    }
    static std::size_t write(Stream& stream, const std::vector<std::uint8_t>& octets) {
        const iovec buffer{const_cast<std::uint8_t*>(octets.data()), octets.size()};
        const IoResult written = stream.write({&buffer, 1});
        return written.state == IoResult::State::done ? written.count : 0;
    }
    static std::vector<std::uint8_t> read(Stream& stream, std::size_t count = 4096) {
        std::vector<std::uint8_t> octets(count);
        const IoResult got = stream.read(octets);
        octets.resize(got.state == IoResult::State::done ? got.count : 0);
        return octets;
    }
    static IoResult::State state_of_read(Stream& stream) {
        std::uint8_t octet = 0;
        return stream.read({&octet, 1}).state;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_stream)

BOOST_FIXTURE_TEST_CASE(what_one_end_writes_the_other_reads, Fixture) {
    BOOST_TEST((state_of_read(*streams.router) == IoResult::State::would_block));
    streams.router->wait_readable(far_owner);
    run(far);
    BOOST_TEST(far_owner->readable == 0);

    BOOST_TEST(write(*streams.client, {1, 2, 3}) == 3U);
    BOOST_TEST(streams.client->unacknowledged_bytes() == 3U);
    run(far);

    BOOST_TEST(far_owner->readable == 1);
    BOOST_TEST(!far_owner->last);
    BOOST_TEST((read(*streams.router) == std::vector<std::uint8_t>{1, 2, 3}));
    BOOST_TEST(streams.client->unacknowledged_bytes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_what_is_there_is_told_at_once, Fixture) {
    write(*streams.router, {1});

    streams.client->wait_readable(near_owner);
    run(near);

    BOOST_TEST(near_owner->readable == 1);
}

BOOST_FIXTURE_TEST_CASE(a_writer_waits_until_half_is_read, Fixture) {
    std::vector<std::uint8_t> octets(memory_stream_bytes_max + 100);
    std::iota(octets.begin(), octets.end(), std::uint8_t{0});
    BOOST_TEST(write(*streams.client, octets) == memory_stream_bytes_max);
    BOOST_TEST(write(*streams.client, octets) == 0U);
    streams.client->wait_writable(near_owner);

    std::vector<std::uint8_t> seen = read(*streams.router, memory_stream_bytes_max / 4);
    run(near);
    BOOST_TEST(near_owner->writable == 0);
    for (int turn = 0; turn < 3; ++turn) {
        const auto part = read(*streams.router, memory_stream_bytes_max / 4);
        seen.insert(seen.end(), part.begin(), part.end());
    }
    run(near);

    BOOST_TEST(near_owner->writable == 1);
    octets.resize(memory_stream_bytes_max);
    BOOST_TEST((seen == octets));
}

BOOST_FIXTURE_TEST_CASE(the_end_comes_behind_what_was_written, Fixture) {
    write(*streams.client, {7});
    streams.client->close(false);

    BOOST_TEST((read(*streams.router) == std::vector<std::uint8_t>{7}));
    BOOST_TEST((state_of_read(*streams.router) == IoResult::State::ended));
    BOOST_TEST(write(*streams.router, {8}) == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_end_that_sends_no_more_still_reads, Fixture) {
    streams.client->shutdown_send();

    BOOST_TEST((state_of_read(*streams.router) == IoResult::State::ended));
    BOOST_TEST(write(*streams.router, {8}) == 1U);
    BOOST_TEST((read(*streams.client) == std::vector<std::uint8_t>{8}));
}

BOOST_FIXTURE_TEST_CASE(a_hard_close_throws_away_what_was_written, Fixture) {
    write(*streams.router, {7});
    streams.client->wait_readable(near_owner);
    streams.router->close(true);
    run(near);

    BOOST_TEST(near_owner->readable == 1);
    BOOST_TEST((state_of_read(*streams.client) == IoResult::State::failed));
}

BOOST_FIXTURE_TEST_CASE(closing_ends_the_waits_of_both_ends, Fixture) {
    write(*streams.client, std::vector<std::uint8_t>(memory_stream_bytes_max));
    streams.client->wait_writable(near_owner);
    streams.client->wait_readable(near_owner);
    streams.router->wait_readable(far_owner);
    run(far);

    streams.router->wait_readable(far_owner);
    streams.router.reset();
    run(near);
    run(far);

    BOOST_TEST(near_owner->writable == 1);
    BOOST_TEST(near_owner->readable == 1);
    BOOST_TEST(far_owner->readable == 2);
    BOOST_TEST((far_owner->last == boost::asio::error::operation_aborted));
    BOOST_TEST(far_owner.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_wait_counts_as_work_and_ends_with_its_loop) {
    boost::asio::io_context far;
    const auto owner = std::make_shared<Owner>();
    std::optional<MemoryStreams> streams;
    {
        boost::asio::io_context near;
        streams = make_memory_streams(Strand(near.get_executor()), far, {});
        streams->client->wait_readable(owner);
        near.poll();

        BOOST_TEST(!near.stopped());
        BOOST_TEST(owner.use_count() == 2);
        streams->client.reset();
    }

    BOOST_TEST(owner.use_count() == 1);
    const std::vector<std::uint8_t> octets{1};
    BOOST_TEST(Fixture::write(*streams->router, octets) == 0U);
}

BOOST_AUTO_TEST_CASE(a_loop_that_goes_takes_those_along_who_wait) {
    boost::asio::io_context far;
    std::weak_ptr<Holder> waiting;
    std::unique_ptr<Stream> other;
    {
        boost::asio::io_context near;
        MemoryStreams streams = make_memory_streams(Strand(near.get_executor()), far, {});
        other = std::move(streams.router);
        const auto holder = std::make_shared<Holder>();
        holder->stream = std::move(streams.client);
        holder->stream->wait_readable(holder);
        waiting = holder;
    }

    BOOST_TEST(waiting.expired());
    BOOST_TEST((Fixture::state_of_read(*other) == IoResult::State::ended));
}

BOOST_FIXTURE_TEST_CASE(both_ends_write_and_read_in_threads_of_their_own, Fixture) {
    const auto client = std::make_shared<Pump>(std::move(streams.client));
    const auto router = std::make_shared<Pump>(std::move(streams.router));
    client->start();
    router->start();

    // Each loop ends when its end has nothing to wait for any more.
    std::thread other([this] { far.run(); });
    near.run();
    other.join();

    for (const auto& pump : {client, router}) {
        BOOST_TEST(pump->read() == pumped_bytes);
        BOOST_TEST(pump->wrong == 0);
    }
}

BOOST_FIXTURE_TEST_CASE(only_the_router_is_told_who_its_peer_is, Fixture) {
    BOOST_TEST(streams.client->local() == nullptr);
    BOOST_REQUIRE(streams.router->local() != nullptr);
    BOOST_TEST(streams.router->local()->role == "backend");
    BOOST_TEST(streams.router->local()->authid == "joe");
    BOOST_TEST(streams.router->peer() == "in-process");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kreisel
