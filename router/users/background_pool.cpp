// Knows that threads exist: the mutex guards the queue.
#include "router/users/background_pool.hpp"

#include <pthread.h>
#include <utility>

namespace kreisel {

BackgroundPool::BackgroundPool(std::string name, PoolLimits limits)
    : name_(std::move(name)), limits_(limits) {}

BackgroundPool::~BackgroundPool() { stop(); }

bool BackgroundPool::submit(Task task) {
    const std::lock_guard guard(mutex_);
    if (is_stopping_ || waiting_.size() >= limits_.waiting_max) {
        ++refused_;
        return false;
    }
    waiting_.push_back(std::move(task));
    while (threads_.size() < limits_.threads) {
        const auto worker = static_cast<unsigned>(threads_.size());
        threads_.emplace_back([this, worker] { run(worker); });
    }
    wake_.notify_one();
    return true;
}

PoolFigures BackgroundPool::figures() const {
    const std::lock_guard guard(mutex_);
    return {waiting_.size(), done_.load(std::memory_order_relaxed), refused_};
}

void BackgroundPool::stop() {
    std::vector<std::thread> ending;
    std::deque<Task> dropped;
    {
        const std::lock_guard guard(mutex_);
        is_stopping_ = true;
        ending.swap(threads_);
        dropped.swap(waiting_);
        wake_.notify_all();
    }
    for (std::thread& thread : ending) thread.join();
}

void BackgroundPool::run(unsigned worker) {
    ::pthread_setname_np(::pthread_self(), name_.substr(0, 15).c_str());
    std::unique_lock guard(mutex_);
    for (;;) {
        wake_.wait(guard, [this] { return is_stopping_ || !waiting_.empty(); });
        if (is_stopping_) return;
        Task task = std::move(waiting_.front());
        waiting_.pop_front();
        guard.unlock();
        task(worker);
        task = nullptr;
        done_.fetch_add(1, std::memory_order_relaxed);
        guard.lock();
    }
}

}  // namespace kreisel
