// What a publication allocates does not depend on how many subscribers it has: counted in the whole
// router, sockets included, by replacing operator new.
#include "router/config/config.hpp"
#include "router/server/router.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

std::atomic<bool> is_counting{false};
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size) {
    if (is_counting.load(std::memory_order_relaxed)) {
        allocations.fetch_add(1, std::memory_order_relaxed);
    }
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace kreisel {
namespace {

const std::string yaml = R"(
listeners: [{address: "127.0.0.1:0"}]
shards: 1
realms:
  - name: realm1
    roles:
      - name: anonymous
        permissions: [{uri: "", match: prefix, allow: [publish, subscribe]}]
    authentication: {anonymous_role: anonymous}
)";

/// A client over RawSocket and JSON that neither allocates nor decodes.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{30, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const int yes = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): that is how sockets are
        const auto* where = reinterpret_cast<const sockaddr*>(&address);
        BOOST_REQUIRE_EQUAL(::connect(socket_, where, sizeof address), 0);
        constexpr std::array<std::uint8_t, 4> hello{0x7f, 0xf1, 0, 0};
        BOOST_REQUIRE_EQUAL(::write(socket_, hello.data(), hello.size()), 4);
        read_exactly(hello.size());
        send(R"([1,"realm1",{"roles":{"subscriber":{},"publisher":{}}}])");
        BOOST_REQUIRE_EQUAL(receive().substr(0, 2), "[2");
    }
    RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    ~RawClient() {
        if (socket_ >= 0) ::close(socket_);
    }

    void send(std::string_view message) const {
        std::array<char, 512> frame{};
        const auto size = static_cast<std::uint32_t>(message.size());
        for (std::size_t i = 0; i < 4; ++i) {
            frame.at(i) = static_cast<char>(size >> (8 * (3 - i)) & 0xffU);
        }
        message.copy(frame.data() + 4, frame.size() - 4);
        const ssize_t written = ::write(socket_, frame.data(), message.size() + 4);
        if (written != static_cast<ssize_t>(message.size() + 4))
            throw std::runtime_error("the router said something else");
    }

    /// The next message; valid until the next one.
    [[nodiscard]] std::string_view receive() {
        read_exactly(4);
        std::size_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            size = size << 8U | static_cast<std::uint8_t>(buffer_.at(i));
        }
        read_exactly(size);
        return {buffer_.data(), size};
    }

  private:
    void read_exactly(std::size_t size) {
        if (size > buffer_.size()) throw std::length_error("a message longer than expected");
        for (std::size_t got = 0; got < size;) {
            const ssize_t count = ::read(socket_, buffer_.data() + got, size - got);
            if (count <= 0) throw std::runtime_error("the router said something else");
            got += static_cast<std::size_t>(count);
        }
    }

    int socket_;
    std::array<char, 16384> buffer_{};
};

constexpr int publications = 50;

/// Allocations of the whole process while `publications` events go to each subscriber.
std::uint64_t allocations_with(std::size_t subscribers) {
    Router router(*parse_config(yaml, "test.yaml"));
    BOOST_REQUIRE(router.start().has_value());
    std::uint16_t port = 0;
    for (const std::string& address : router.addresses()) {
        if (!address.starts_with("rs:")) continue;
        port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }
    RawClient publisher(port);
    std::vector<RawClient> readers;
    readers.reserve(subscribers);
    for (std::size_t i = 0; i < subscribers; ++i) {
        readers.emplace_back(port).send(R"([32,1,{},"com.example.tick"])");
        BOOST_REQUIRE_EQUAL(readers.back().receive().substr(0, 3), "[33");
    }
    int request = 0;
    const auto publish = [&](int count) {
        for (int i = 0; i < count; ++i) {
            std::array<char, 100> text{};
            const int size = std::snprintf(text.data(), text.size(),
                                           R"([16,%d,{},"com.example.tick",["cold"]])", ++request);
            publisher.send({text.data(), static_cast<std::size_t>(size)});
            for (RawClient& reader : readers) {
                if (reader.receive().substr(0, 3) != "[36")
                    throw std::runtime_error("the router said something else");
            }
        }
    };
    publish(10);
    allocations = 0;
    is_counting = true;
    publish(publications);
    is_counting = false;
    return allocations;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_publication_allocates_no_more_for_200_subscribers_than_for_10) {
    const std::uint64_t few = allocations_with(10);
    const std::uint64_t many = allocations_with(200);
    BOOST_TEST_MESSAGE("allocations of " << publications << " publications: " << few << " for 10, "
                                         << many << " for 200 subscribers");
    BOOST_TEST(few > 0U);
    // Not one for each publication, let alone for each event; timers may have their own.
    BOOST_TEST(many < few + publications);
}

}  // namespace kreisel
