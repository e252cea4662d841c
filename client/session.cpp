#include "client/session.hpp"

#include "client/stopping.hpp"

#include <utility>

namespace kreisel::client {

/// Closes the engine when the last handle goes.
struct Session::Life {
    explicit Life(detail::EnginePtr held) : engine(std::move(held)) {}
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() { engine->close(); }

    detail::EnginePtr engine;
};

Session::Session(detail::EnginePtr engine) : life_(std::make_shared<Life>(std::move(engine))) {}

void Session::close() const { engine()->close(); }

Identity Session::identity() const { return engine()->identity(); }

const detail::EnginePtr& Session::engine() const {
    if (life_ == nullptr) throw Error(uris::closed, {"there is no session in this handle"});
    return life_->engine;
}

boost::asio::any_io_executor Session::fallback() const { return engine()->strand(); }

Encoding Session::encoding() const { return engine()->settings().encodings.front(); }

}  // namespace kreisel::client

namespace kreisel::client::detail {

namespace {

class IgnoringWaiter final : public Waiter<void> {
  public:
    void complete(Result<void> outcome) override { static_cast<void>(outcome); }
};

class SessionWaiter final : public Waiter<Identity> {
  public:
    SessionWaiter(const EnginePtr& engine, std::shared_ptr<Waiter<Session>> inner)
        : engine_(engine), inner_(std::move(inner)) {}

    void complete(Result<Identity> outcome) override {
        listener.silence();
        if (!outcome) return inner_->complete(fail(outcome.error()));
        inner_->complete(Session(engine_.lock()));
    }

    StopListener listener;

  private:
    std::weak_ptr<Engine> engine_;
    std::shared_ptr<Waiter<Session>> inner_;
};

}  // namespace

void StandingHandle::release() const {
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    verb_(engine, granted_.standing, std::make_shared<IgnoringWaiter>());
}

void start_session(const boost::asio::any_io_executor& executor, Settings settings,
                   const std::stop_token& stop, std::shared_ptr<Waiter<Session>> waiter) {
    if (settings.encodings.empty()) {
        return waiter->complete(fail(uris::invalid_argument, "no encodings are given"));
    }
    auto engine = std::make_shared<Engine>(executor, std::move(settings));
    auto joined = std::make_shared<SessionWaiter>(engine, std::move(waiter));
    engine->connect(joined);
    if (!stop.stop_possible()) return;
    engine->run([engine, joined, stop](SessionCore&, Effects&) {
        joined->listener.listen(engine, stop,
                                [](Engine& held, SessionCore&, Effects&) { held.stop_joining(); });
    });
}

}  // namespace kreisel::client::detail
