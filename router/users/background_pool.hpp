#pragma once
// BackgroundPool: a few threads for work that a shard must not wait for: slow hashes, databases.
//
// Knows that threads exist: one mutex guards the queue and is never held while a task runs. The
// queue is bounded, so that a storm of log-ins is told "later" instead of waiting without end. The
// threads start with the first task.
//
//     BackgroundPool pool("passwords", {.threads = 2, .waiting_max = 200});
//     if (!pool.submit([] { ... })) ...  // too busy

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kreisel {

struct PoolLimits {
    unsigned threads = 2;
    /// Tasks that may wait for a thread.
    std::size_t waiting_max = 200;
};

/// For metrics. Any thread.
struct PoolFigures {
    std::size_t waiting = 0;
    std::uint64_t done = 0;
    std::uint64_t refused = 0;
};

class BackgroundPool {
  public:
    /// What runs on a thread of the pool. `worker` counts the threads from 0, for what each of them
    /// keeps to itself.
    using Task = std::function<void(unsigned worker)>;

    /// `name` is what tools show of the threads; 15 characters at most.
    BackgroundPool(std::string name, PoolLimits limits);
    /// Waits for the tasks that run; those that wait are dropped.
    ~BackgroundPool();
    BackgroundPool(const BackgroundPool&) = delete;
    BackgroundPool& operator=(const BackgroundPool&) = delete;

    // --- any thread ---
    /// False, and the task is dropped: too many wait, or the pool is stopping.
    [[nodiscard]] bool submit(Task task);
    [[nodiscard]] PoolFigures figures() const;
    /// Ends the threads; idempotent. Not from a task.
    void stop();

  private:
    void run(unsigned worker);

    const std::string name_;
    const PoolLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> waiting_;
    bool is_stopping_ = false;
    std::uint64_t refused_ = 0;
    std::atomic<std::uint64_t> done_{0};
    std::vector<std::thread> threads_;
};

}  // namespace kreisel
