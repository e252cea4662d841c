#pragma once
// The operations of the control protocol (peers/control.mjs) on top of our client library.

#include "client/session.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <string>

namespace kreisel::interop {

/// What the router or a callee said instead of a result.
[[nodiscard]] Dict fault_of(const client::Error& error);

/// Told the value of `ok` in the answer, or what went wrong.
using Answer = std::function<void(client::Result<Dict>)>;

/// On the thread of the context.
class Operations {
  public:
    explicit Operations(boost::asio::io_context& context) : context_(context) {}

    /// Runs message["op"] and says the answer to it.
    void run(const Dict& message);

  private:
    using Operation = void (Operations::*)(const Dict&, const Answer&);

    void connect(const Dict& message, const Answer& answer);
    void register_(const Dict& message, const Answer& answer);
    void subscribe(const Dict& message, const Answer& answer);
    void publish(const Dict& message, const Answer& answer);
    void call(const Dict& message, const Answer& answer);
    void call_in_parts(const Dict& message, const Answer& answer);
    void cancel(const Dict& message, const Answer& answer);
    void leave(const Dict& message, const Answer& answer);

    [[nodiscard]] const client::Session& session(const Dict& message) const;
    [[nodiscard]] client::Settings settings_of(const Dict& message) const;
    void collect(const client::ResultStream<client::Reply>& stream, const Answer& answer);

    boost::asio::io_context& context_;
    std::map<std::string, client::Session, std::less<>> sessions_;
    /// Calls that the driver gave a name, to cancel them by.
    std::map<std::string, client::ResultStream<client::Reply>, std::less<>> calls_;
};

}  // namespace kreisel::interop
