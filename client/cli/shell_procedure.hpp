#pragma once
// ShellProcedure: calls of a procedure become runs of a shell command.
//
// The arguments are $1, $2... (text as it is, anything else as JSON) and, with the kwargs, one line
// of JSON on standard input; what it prints is the result: JSON if it parses, else text. On the
// loop's thread.

#include "client/cli/shell.hpp"
#include "client/invocation.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

namespace kreisel::client {

struct ShellSettings {
    std::string command;
    bool has_words = true;  ///< arguments as $1, $2... too
    std::chrono::milliseconds time_max{30'000};
    std::size_t output_bytes_max = 1U << 20U;
    std::uint32_t running_max = 8;
};

class ShellProcedure {
  public:
    ShellProcedure(const boost::asio::any_io_executor& executor, ShellSettings settings)
        : executor_(executor), settings_(std::move(settings)) {}

    void run(const Reply& arguments, const InvocationDetails& details, const std::stop_token& stop,
             const Responder<Reply>& responder);
    [[nodiscard]] std::uint32_t running() const { return *running_; }

  private:
    [[nodiscard]] ShellTask make_task(const Reply& arguments,
                                      const InvocationDetails& details) const;

    boost::asio::any_io_executor executor_;
    ShellSettings settings_;
    std::shared_ptr<std::uint32_t> running_ = std::make_shared<std::uint32_t>(0);
};

}  // namespace kreisel::client
