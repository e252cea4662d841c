#include "client/cli/line_reader.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <iostream>
#include <semaphore>
#include <thread>
#include <utility>

namespace kreisel::client {

struct LineReader::Shared {
    std::binary_semaphore wanted{0};
    std::atomic<bool> is_over{false};
    std::promise<std::optional<std::string>> promise;
};

LineReader::LineReader(const boost::asio::any_io_executor& executor)
    : shared_(std::make_shared<Shared>()) {
    std::thread([shared = shared_, executor] {
        for (;;) {
            shared->wanted.acquire();
            if (shared->is_over) return;
            std::string line;
            std::optional<std::string> read;
            if (std::getline(std::cin, line)) read = std::move(line);
            // The loop may be gone while we read; then so is whoever waits for the line.
            if (shared->is_over) return;
            boost::asio::post(executor, [shared, read = std::move(read)]() mutable {
                // Whoever is woken may ask for the next line at once.
                auto promise = std::move(shared->promise);
                promise.set_value(std::move(read));
            });
        }
    }).detach();
}

LineReader::~LineReader() {
    shared_->is_over = true;
    shared_->wanted.release();
}

std::future<std::optional<std::string>> LineReader::next() {
    shared_->promise = {};
    auto future = shared_->promise.get_future();
    shared_->wanted.release();
    return future;
}

}  // namespace kreisel::client
