#pragma once
// Shell: a command of the user as the body of a procedure, bounded in time and output.
//
// Runs `/bin/sh -c COMMAND` in a process group of its own, so that whatever it starts ends with it.
// On the loop's thread; owns itself until it has told its outcome.

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kreisel::client {

struct ShellTask {
    std::string command;
    std::vector<std::string> words;  ///< $1, $2...
    std::string input;
    std::vector<std::pair<std::string, std::string>> environment;
    std::chrono::milliseconds time_max{0};  ///< 0: for ever
    std::size_t output_bytes_max = 0;
};

struct ShellOutcome {
    enum class End : std::uint8_t {
        done,
        failed,  ///< `code` is its exit code
        killed,  ///< by signal `code`
        out_of_time,
        too_much_output,
        stopped,  ///< by stop()
        not_started
    };
    End end = End::done;
    int code = 0;
    std::string output;
};

class Shell : public std::enable_shared_from_this<Shell> {
  public:
    using OnEnd = std::function<void(ShellOutcome)>;

    Shell(const boost::asio::any_io_executor& executor, OnEnd on_end);
    ~Shell();
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    void start(ShellTask task);
    /// Kills it.
    void stop();

  private:
    struct Parts;

    void read_output();
    void write_input();
    void wait_for_end();
    void on_exit();
    void kill_all(ShellOutcome::End why);
    [[nodiscard]] bool take_output(std::size_t count);

    std::unique_ptr<Parts> parts_;
};

}  // namespace kreisel::client
