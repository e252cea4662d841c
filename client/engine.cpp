#include "client/engine.hpp"

#include "client/core/login/login.hpp"
#include "client/net/dial.hpp"
#include "client/net/link.hpp"
#include "client/stopping.hpp"
#include "common/net/connector.hpp"
#include "common/tls/tls_client_context.hpp"
#include "common/wire/wire.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <algorithm>

namespace kreisel::client {

namespace {

const Error closed(uris::closed, {"the session was closed"});

const Error held_up(uris::timeout, {"too much waits to be sent"});
const Error given_up(uris::canceled, {"given up by the caller"});

/// What operations under way are told when the connection ends for `why`.
Error lost(const Error& why) {
    if (why.uri() == uris::not_connected || why.uri() == uris::closed) return why;
    return Error(uris::not_connected, {std::string("the connection ended: ") + why.what()});
}

Error tls_error(const TlsClientContext::Loaded& loaded) {
    std::string text = "TLS cannot be set up";
    for (const TlsRemark& remark : loaded.errors) {
        text.append("; ").append(remark.key).append(": ").append(remark.text);
    }
    return Error(uris::invalid_argument, {std::move(text)});
}

}  // namespace

/// What the link tells, as long as it is the engine's link.
class Engine::Connection final : public LinkOwner {
  public:
    explicit Connection(std::weak_ptr<Engine> engine) : engine_(std::move(engine)) {}

    void on_open(Encoding encoding) override {
        static_cast<void>(encoding);
        if (auto engine = current()) engine->on_open();
    }
    void on_message(Message message) override {
        if (auto engine = current()) engine->on_message(std::move(message));
    }
    void on_burst_end() override {}
    void on_writable() override {
        if (auto engine = current()) engine->on_writable();
    }
    void on_lost(Error error) override {
        if (auto engine = current()) engine->on_link_lost(std::move(error));
    }

  private:
    [[nodiscard]] std::shared_ptr<Engine> current() const {
        auto engine = engine_.lock();
        return engine != nullptr && engine->connection_.get() == this ? engine : nullptr;
    }

    std::weak_ptr<Engine> engine_;
};

Engine::Engine(const boost::asio::any_io_executor& executor, Settings settings)
    : settings_(std::move(settings)),
      strand_(boost::asio::make_strand(executor)),
      core_({settings_.realm, settings_.agent, settings_.while_offline, settings_.operations_max,
             settings_.waiting_max, settings_.invocations_max}),
      backoff_(settings_.reconnect),
      core_timer_(strand_),
      life_timer_(strand_),
      ticket_(std::make_shared<TlsTicket>()) {
    urls_.push_back(settings_.url);
    urls_.insert(urls_.end(), settings_.more_urls.begin(), settings_.more_urls.end());
}

Engine::~Engine() = default;

boost::asio::any_io_executor Engine::handler_executor() const {
    if (settings_.handler_executor) return settings_.handler_executor;
    return strand_;
}

void Engine::connect(std::shared_ptr<Waiter<Identity>> waiter) {
    tenancy_ = Tenancy(strand_.get_inner_executor(), weak_from_this());
    run([self = this, waiter = std::move(waiter)](SessionCore&, Effects&) mutable {
        if (self->state_ == SessionState::over) return waiter->complete(fail(closed));
        self->joining_ = std::move(waiter);
        self->begin_round();
    });
}

void Engine::stop_joining() {
    if (joining_ != nullptr) finish(given_up);
}

void Engine::leave(std::string reason, const std::stop_token& stop,
                   std::shared_ptr<Waiter<void>> waiter) {
    run([self = this, reason = std::move(reason), stop, waiter = std::move(waiter)](
            SessionCore& core, Effects& effects) mutable {
        if (self->state_ == SessionState::over) return waiter->complete({});
        self->is_leaving_ = true;
        self->leaving_.push_back(detail::make_stoppable(
            self->weak_from_this(), stop, std::move(waiter),
            [](Engine& held, const Waiter<void>& who) { held.stop_waiting(who); }));
        if (core.state() == CoreState::leaving) return;
        if (!core.leave(reason, effects)) return self->finish(closed);
        self->arm_life_timer(self->settings_.connect_timeout, [self] { self->finish(closed); });
    });
}

void Engine::close() {
    run([self = this](SessionCore&, Effects&) { self->finish(closed); });
}

bool Engine::is_writable() const {
    return link_ == nullptr || link_->output_bytes() <= settings_.output_bytes_high;
}

void Engine::report(const std::string& what) const {
    if (settings_.on_problem) settings_.on_problem(what);
}

Identity Engine::identity() const {
    const std::lock_guard guard(identity_mutex_);
    return identity_;
}

void Engine::when_writable(std::shared_ptr<Waiter<void>> waiter, const HeldUp& limits) {
    if (is_writable()) return waiter->complete({});
    waiter = detail::make_stoppable(
        weak_from_this(), limits.stop, std::move(waiter),
        [](Engine& self, const Waiter<void>& who) { self.stop_waiting(who); });
    writable_.push_back({std::move(waiter), limits.deadline});
    if (!limits.deadline) return;
    writable_deadline_ = std::min(*limits.deadline, writable_deadline_.value_or(*limits.deadline));
}

std::optional<TimePoint> Engine::deadline_after(Milliseconds timeout) const {
    if (timeout.count() <= 0) return std::nullopt;
    return clock_.now() + timeout;
}

void Engine::expire_writable() {
    const TimePoint now = clock_.now();
    if (!writable_deadline_ || *writable_deadline_ > now) return;
    writable_deadline_.reset();
    for (Writer& writer : std::exchange(writable_, {})) {
        if (writer.deadline && *writer.deadline <= now) {
            effects_.fail(std::move(writer.waiter), held_up);
            continue;
        }
        if (writer.deadline) {
            writable_deadline_ =
                std::min(*writer.deadline, writable_deadline_.value_or(*writer.deadline));
        }
        writable_.push_back(std::move(writer));
    }
}

void Engine::stop_waiting(const Waiter<void>& who) {
    const auto is_it = [&who](const auto& waiter) { return waiter.get() == &who; };
    const auto writer = std::find_if(writable_.begin(), writable_.end(),
                                     [&](const Writer& held) { return is_it(held.waiter); });
    if (writer != writable_.end()) {
        effects_.fail(std::move(writer->waiter), given_up);
        writable_.erase(writer);
        return;
    }
    const auto leaver = std::find_if(leaving_.begin(), leaving_.end(), is_it);
    if (leaver == leaving_.end()) return;
    effects_.fail(std::move(*leaver), given_up);
    leaving_.erase(leaver);
}

void Engine::hold_reading() {
    if (++reading_holds_ == 1 && link_ != nullptr) link_->pause_reading();
}

void Engine::release_reading() {
    if (--reading_holds_ == 0 && link_ != nullptr) link_->resume_reading();
}

Delivery Engine::send(const Message& message) {
    if (link_ == nullptr) return Delivery::sent;
    switch (link_->send(message)) {
        case Sent::yes:
        case Sent::no_longer:
            // Who waits for an answer is told when the link says that it is gone.
            return Delivery::sent;
        case Sent::too_long:
            return Delivery::too_long;
        case Sent::full:
            break;
    }
    // Answers may not be lost and cannot wait anywhere else.
    boost::asio::post(strand_, [weak = weak_from_this(), link = link_] {
        const auto self = weak.lock();
        if (self == nullptr || self->link_ != link) return;
        self->on_link_lost(Error(uris::not_connected, {"the router takes nothing more"}));
    });
    return Delivery::sent;
}

bool Engine::is_full() const {
    return link_ != nullptr && link_->output_bytes() >= settings_.output_bytes_max / 2;
}

void Engine::on_context_end() {
    // All of these may hold sessions of this engine. Whatever their ends ask for is posted, and so
    // destroyed.
    state_ = SessionState::over;
    if (dial_ != nullptr) std::exchange(dial_, nullptr)->cancel();
    link_.reset();
    connection_.reset();
    core_.drop();
    std::exchange(joining_, nullptr).reset();
    std::exchange(leaving_, {}).clear();
    std::exchange(writable_, {}).clear();
    settings_.on_state = nullptr;
    settings_.on_problem = nullptr;
}

void Engine::settle() {
    if (is_settling_) return;
    is_settling_ = true;
    for (;;) {
        if (const auto end = core_.take_end()) on_core_end(*end);
        if (core_.state() == CoreState::joined && state_ == SessionState::connecting) on_joined();
        if (effects_.notices().empty()) break;
        effects_.run_notices();
    }
    is_settling_ = false;
    arm_core_timer();
}

void Engine::begin_round() {
    next_url_ = 0;
    set_state(SessionState::connecting, nullptr);
    try_next_url();
}

void Engine::try_next_url() {
    if (settings_.connector != nullptr) return connect_in_process();
    const auto url = parse_url(urls_[next_url_++]);
    if (!url) return finish(url.error());
    DialSettings dialling;
    dialling.url = *url;
    dialling.timeout = settings_.connect_timeout;
    if (url->is_tls()) {
        // Files are read anew when they have changed: certificates expire while services run.
        if (tls_ == nullptr || !tls_->is_current()) {
            auto loaded = TlsClientContext::load(settings_.tls, clock_.wall());
            if (loaded.context == nullptr) return finish(tls_error(loaded));
            tls_ = std::move(loaded.context);
        }
        dialling.tls = tls_;
        dialling.ticket = ticket_;
    }
    dial_ = dial(strand_, std::move(dialling),
                 [weak = weak_from_this(), keep = kept_while_joining(),
                  url = *url](Result<std::unique_ptr<Stream>> dialled) {
                     const auto self = weak.lock();
                     if (self == nullptr || self->dial_ == nullptr) return;
                     self->dial_.reset();
                     auto work = [&](SessionCore&, Effects&) {
                         if (!dialled) return self->on_attempt_failed(dialled.error());
                         self->open_link(url, std::move(*dialled));
                     };
                     self->step(work);
                 });
}

void Engine::connect_in_process() {
    next_url_ = urls_.size();
    auto stream = settings_.connector->connect(strand_);
    if (!stream) return on_attempt_failed(Error(uris::not_connected, {stream.error()}));
    Url url;
    url.scheme = Url::Scheme::in_process;
    open_link(url, std::move(*stream));
}

void Engine::open_link(const Url& url, std::unique_ptr<Stream> stream) {
    LinkSettings link;
    link.url = url;
    link.encodings = settings_.encodings;
    link.origin = settings_.origin;
    link.user_agent = settings_.agent;
    for (const auto& [name, value] : settings_.headers) link.headers.push_back({name, value});
    link.message_bytes_max = settings_.message_bytes_max;
    link.output_bytes_high = settings_.output_bytes_high;
    link.output_bytes_max = settings_.output_bytes_max;
    // Within a process nobody goes without a word.
    const bool pings = settings_.connector == nullptr;
    link.ping_interval = pings ? settings_.ping_interval : Milliseconds::zero();
    link.ping_timeout = settings_.ping_timeout;
    link.handshake_timeout = settings_.connect_timeout;
    connection_ = std::make_shared<Connection>(weak_from_this());
    link_ = std::make_shared<Link>(strand_, std::move(stream), std::move(link), connection_);
    arm_life_timer(settings_.connect_timeout, [this] {
        on_link_lost(Error(uris::not_connected, {"the router does not shake hands"}));
    });
    link_->start();
}

void Engine::on_open() {
    arm_life_timer(settings_.join_timeout, [this] {
        on_link_lost(Error(uris::not_connected, {"the router did not let us in in time"}));
    });
    auto work = [this](SessionCore& core, Effects& effects) {
        ChannelFacts channel;
        if (const TlsFacts* tls = link_->tls()) channel.exporter = tls->exporter;
        auto login = make_login(settings_.login, channel, random_);
        if (!login) return finish(login.error());
        core.on_open(std::move(*login), effects);
    };
    step(work);
}

void Engine::on_message(Message message) {
    auto work = [&message](SessionCore& core, Effects& effects) {
        core.on_message(std::move(message), effects);
    };
    step(work);
}

void Engine::on_writable() {
    writable_deadline_.reset();
    for (Writer& writer : std::exchange(writable_, {})) writer.waiter->complete({});
}

void Engine::on_joined() {
    cancel_life_timer();
    backoff_.reset();
    {
        const std::lock_guard guard(identity_mutex_);
        identity_ = core_.identity();
    }
    was_joined_ = true;
    if (reading_holds_ > 0) link_->pause_reading();
    set_state(SessionState::joined, nullptr);
    if (auto waiter = std::exchange(joining_, nullptr)) waiter->complete(core_.identity());
}

void Engine::on_link_lost(Error why) {
    auto work = [&](SessionCore& core, Effects& effects) {
        if (link_ != nullptr) link_->destroy();
        drop_link(lost(why));
        core.on_lost(lost(why), effects);
        if (is_leaving_) return finish(closed);
        on_attempt_failed(std::move(why));
    };
    step(work);
}

void Engine::on_core_end(const CoreEnd& end) {
    if (link_ != nullptr) link_->close(close_code::normal, "");
    drop_link(lost(end.why));
    core_.on_lost(lost(end.why), effects_);
    if (is_leaving_) return finish(closed);
    if (end.retry == CoreEnd::Retry::no) return finish(end.why);
    on_attempt_failed(end.why);
}

void Engine::on_attempt_failed(Error why) {
    const bool was_joined = state_ == SessionState::joined;
    if (!was_joined && next_url_ < urls_.size()) return try_next_url();
    const bool may_retry =
        settings_.reconnect.is_on && (was_joined_ || settings_.reconnect.at_start);
    const auto wait = may_retry ? backoff_.next(random_) : std::nullopt;
    if (!wait) return finish(why);
    set_state(SessionState::waiting, &why);
    arm_life_timer(*wait, [this] { begin_round(); });
}

void Engine::drop_link(const Error& why) {
    cancel_life_timer();
    // A link that is closing politely goes on without us.
    link_.reset();
    connection_.reset();
    // Told when the core knows of the loss, too: who is told may ask for more.
    writable_deadline_.reset();
    for (Writer& writer : std::exchange(writable_, {})) {
        effects_.fail(std::move(writer.waiter), why);
    }
}

void Engine::finish(const Error& why) {
    if (state_ == SessionState::over) return;
    cancel_life_timer();
    core_timer_.cancel();
    if (dial_ != nullptr) std::exchange(dial_, nullptr)->cancel();
    if (link_ != nullptr) link_->close(close_code::going_away, "");
    drop_link(lost(why));
    core_.close(lost(why), effects_);
    set_state(SessionState::over, &why);
    if (auto waiter = std::exchange(joining_, nullptr)) waiter->complete(fail(why));
    for (auto& waiter : std::exchange(leaving_, {})) waiter->complete({});
}

void Engine::set_state(SessionState state, const Error* why) {
    if (state_ == state) return;
    state_ = state;
    if (settings_.on_state) settings_.on_state(state, why);
}

void Engine::arm_core_timer() {
    auto deadline = core_.next_deadline();
    if (writable_deadline_) {
        deadline = std::min(*writable_deadline_, deadline.value_or(*writable_deadline_));
    }
    if (!deadline || core_timer_at_ == deadline) return;
    core_timer_at_ = deadline;
    core_timer_.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(
            deadline->time_since_epoch())));
    core_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
        const auto self = weak.lock();
        if (self == nullptr || ec) return;
        self->core_timer_at_.reset();
        auto work = [held = self.get()](SessionCore& core, Effects& effects) {
            core.on_time(effects);
            held->expire_writable();
        };
        self->step(work);
    });
}

std::shared_ptr<Engine> Engine::kept_while_joining() {
    return joining_ == nullptr ? nullptr : shared_from_this();
}

void Engine::cancel_life_timer() {
    ++life_epoch_;
    life_timer_.cancel();
}

void Engine::arm_life_timer(Milliseconds after, std::function<void()> then) {
    ++life_epoch_;
    life_timer_.expires_after(after);
    life_timer_.async_wait([weak = weak_from_this(), keep = kept_while_joining(),
                            epoch = life_epoch_,
                            then = std::move(then)](const boost::system::error_code& ec) {
        const auto self = weak.lock();
        if (self == nullptr || ec || self->life_epoch_ != epoch) return;
        auto work = [&then](SessionCore&, Effects&) { then(); };
        self->step(work);
    });
}

boost::asio::any_io_executor detail::executor_of(const std::shared_ptr<Engine>& engine) {
    if (engine == nullptr) return boost::asio::system_executor();
    return engine->handler_executor();
}

}  // namespace kreisel::client
