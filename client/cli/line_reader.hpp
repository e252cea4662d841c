#pragma once
// LineReader: standard input line by line, without stopping the loop meanwhile: pings have to be
// answered while nobody types. Its one thread reads a line when it is asked for one.

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>

namespace kreisel::client {

class LineReader {
  public:
    /// `executor` is that of the loop, which is woken by each line.
    explicit LineReader(const boost::asio::any_io_executor& executor);
    ~LineReader();
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    /// The next line, or nothing at the end. One at a time.
    [[nodiscard]] std::future<std::optional<std::string>> next();

  private:
    struct Shared;

    /// The thread's, too, which may sit in a read when the command ends.
    std::shared_ptr<Shared> shared_;
};

}  // namespace kreisel::client
