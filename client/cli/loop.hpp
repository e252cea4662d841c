#pragma once
// Loop: the one thread of a command. Whoever waits for something runs everything else meanwhile.
//
//     Loop loop;
//     Reply reply = loop.wait(session.call<Reply>(uri, use_future));

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <future>
#include <utility>

namespace kreisel::client {

class Loop {
  public:
    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

    /// Runs until `is_so()`.
    template <class Condition>
    void run_until(const Condition& is_so) {
        while (!is_so()) context_.run_one();
    }
    /// The same for at most `time`; whether it became so.
    template <class Condition>
    bool run_for(std::chrono::milliseconds time, const Condition& is_so) {
        bool is_over = false;
        boost::asio::steady_timer timer(context_, time);
        timer.async_wait([&is_over](const boost::system::error_code& ec) { is_over = !ec; });
        run_until([&] { return is_over || is_so(); });
        if (is_over) return is_so();
        // What it captured lives here.
        timer.cancel();
        context_.poll();
        return true;
    }
    /// What `future` brings.
    template <class T>
    T wait(std::future<T> future) {
        run_until([&future] { return is_ready(future); });
        return future.get();
    }
    template <class T>
    [[nodiscard]] static bool is_ready(const std::future<T>& future) {
        return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    /// From now on the first SIGINT or SIGTERM only sets is_ended(), the second is_hurried(); the
    /// third ends the process.
    void end_on_signals();
    [[nodiscard]] bool is_ended() const { return signals_seen_ > 0; }
    [[nodiscard]] bool is_hurried() const { return signals_seen_ > 1; }

  private:
    void wait_for_signal();

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::signal_set signals_;
    unsigned signals_seen_ = 0;
};

}  // namespace kreisel::client
