#pragma once
// The procedures and subscribers of the matrix, the same for every completion token.

#include "client/session.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

namespace kreisel::client::matrix {

[[nodiscard]] Reply echo(const Rest& args, const Kwargs<Dict>& kwargs);
/// 1 to `to` as parts, their sum as the result.
void count(int to, const Progress<int>& progress, const Responder<int>& responder);
/// Twice each part, at the end the sum of what came.
void double_each(int first, const Inputs<int>& inputs, const Progress<int>& progress,
                 const Responder<int>& responder);
[[nodiscard]] std::string procedure_name(const InvocationDetails& details);
[[nodiscard]] Error odd_error();
[[nodiscard]] int throw_odd_error(int number);
/// Scheme and serializer of a payload in passthru mode, and the payload.
[[nodiscard]] std::tuple<std::string, std::string, Blob> open_sealed(
    const Blob& sealed, const InvocationDetails& details);
void ignore(const Rest& args);
/// More than a megabyte in which no piece is like another.
[[nodiscard]] Blob large_blob();

/// An event as it came.
struct Heard {
    std::string topic;
    PublicationId publication;
    SessionId publisher;
    Reply payload;
    bool operator==(const Heard&) const = default;
};

/// Keeps events; outlives its handler.
class Inbox {
  public:
    [[nodiscard]] std::function<void(EventDetails, Kwargs<Dict>, Rest)> handler() const;
    /// What has come since.
    [[nodiscard]] std::vector<Heard> take();
    /// The first argument of each.
    [[nodiscard]] std::vector<std::string> texts();

  private:
    struct State {
        std::mutex mutex;
        std::vector<Heard> heard;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A procedure that answers when it is told to.
class Slow {
  public:
    [[nodiscard]] std::function<void(std::stop_token, Responder<int>)> handler() const;
    void wait_until_called();
    /// Somebody stopped the call at hand.
    void wait_until_stopped();
    void answer(int result);
    void fail(const Error& error);

  private:
    struct State;
    [[nodiscard]] Responder<int> responder();
    std::shared_ptr<State> state_ = make_state();
    [[nodiscard]] static std::shared_ptr<State> make_state();
};

}  // namespace kreisel::client::matrix
