// Knows that threads exist: the mailbox is the only thing that other threads touch.
#include "router/server/shard.hpp"

#include "common/base/check.hpp"
#include "router/server/connection.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace kreisel {

namespace {

constexpr std::size_t read_buffer_bytes = 64U << 10U;
/// Handlers of one turn before what they produced is written.
constexpr int handlers_per_turn = 128;

thread_local Shard* current_shard = nullptr;

TimePoint steady_now() { return SystemClock{}.now(); }

}  // namespace

struct Shard::Loop {
    explicit Loop(boost::asio::io_context& context)
        : guard(context.get_executor()), timer(context) {}
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard;
    boost::asio::steady_timer timer;
};

Shard::Shard(Router& router, unsigned index)
    : router_(router),
      index_(index),
      context_(std::make_unique<boost::asio::io_context>(1)),
      loop_(std::make_unique<Loop>(*context_)),
      now_(steady_now()),
      wall_(SystemClock{}.wall()),
      read_buffer_(read_buffer_bytes),
      deadlines_(now_) {}

Shard::~Shard() = default;

void Shard::start() {
    thread_ = std::thread([this] { run(); });
}

void Shard::stop() {
    // Behind what was posted before: listeners close and remove their files first.
    post([this] {
        is_stopping_ = true;
        context_->stop();
    });
}

void Shard::join() {
    if (thread_.joinable()) thread_.join();
}

void Shard::let_go() {
    view_.reset();
    mailbox_.clear();
    absorbed_.clear();
    absorbed_next_ = 0;
}

bool Shard::is_current() const { return current_shard == this; }

Shard* Shard::current() { return current_shard; }

void Shard::post(std::function<void()> task) { boost::asio::post(*context_, std::move(task)); }

void Shard::run() {
    current_shard = this;
    start_tick();
    while (!is_stopping_) turn();
    // Connections let go of their sockets here, on their own thread.
    for_each_connection([](Connection& connection) { connection.drop(); });
    dirty_.clear();
    current_shard = nullptr;
}

void Shard::turn() {
    if (context_->run_one() == 0) return;
    now_ = steady_now();
    wall_ = SystemClock{}.wall();
    for (int count = 1; count < handlers_per_turn; ++count) {
        if (context_->poll_one() == 0) break;
    }
    flush_dirty();
}

void Shard::deliver(std::vector<Delivery>&& deliveries) {
    bool needs_wake = false;
    {
        const std::lock_guard lock(mailbox_mutex_);
        needs_wake = mailbox_.empty();
        if (needs_wake) {
            mailbox_.swap(deliveries);
        } else {
            mailbox_.insert(mailbox_.end(), std::make_move_iterator(deliveries.begin()),
                            std::make_move_iterator(deliveries.end()));
        }
        has_mail_.store(true, std::memory_order_release);
    }
    if (needs_wake) post([this] { absorb_mailbox(); });
}

void Shard::absorb_mailbox() {
    apply_absorbed();  // what an outer call has not come to yet is older
    if (!has_mail_.load(std::memory_order_acquire)) return;
    {
        const std::lock_guard lock(mailbox_mutex_);
        absorbed_.swap(mailbox_);
        has_mail_.store(false, std::memory_order_relaxed);
    }
    apply_absorbed();
}

void Shard::apply_absorbed() {
    while (absorbed_next_ < absorbed_.size()) {
        // A receiver that cannot take it may leave its realm, whose effects absorb the mailbox.
        const Delivery delivery = std::move(absorbed_[absorbed_next_++]);
        delivery.to->deliver(delivery.parcel, delivery.kind, delivery.publisher.get());
    }
    absorbed_.clear();
    absorbed_next_ = 0;
}

void Shard::add(std::shared_ptr<Connection> connection) {
    connection->set_shard_index(connections_.size());
    connections_.push_back(std::move(connection));
    connection_count_.store(connections_.size(), std::memory_order_relaxed);
}

void Shard::remove(Connection& connection) {
    const std::size_t at = connection.shard_index();
    CHECK(at < connections_.size() && connections_[at].get() == &connection,
          "a connection is removed once, from its own shard");
    connections_.back()->set_shard_index(at);
    std::swap(connections_[at], connections_.back());
    connections_.pop_back();
    connection_count_.store(connections_.size(), std::memory_order_relaxed);
}

void Shard::for_each_connection(const std::function<void(Connection&)>& visit) {
    const auto copy = connections_;
    for (const auto& connection : copy) visit(*connection);
}

void Shard::mark_dirty(Connection& connection) { dirty_.push_back(connection.self()); }

void Shard::flush_dirty() {
    // Flushing may close connections and so make others dirty: those go out in this turn too.
    while (!dirty_.empty()) {
        flushing_.swap(dirty_);
        for (const auto& connection : flushing_) connection->flush();
        flushing_.clear();
    }
}

void Shard::arm(Connection& connection, TimePoint when) { deadlines_.arm(connection, when); }

void Shard::start_tick() {
    loop_->timer.expires_after(
        std::chrono::duration_cast<std::chrono::milliseconds>(Deadlines::grain));
    loop_->timer.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) on_tick();
    });
}

void Shard::on_tick() {
    while (auto* entry = deadlines_.pop_due(now_)) {
        // Only connections arm themselves here; self() keeps this one while it may close itself.
        const auto connection = static_cast<Connection*>(entry)->self();
        connection->on_deadline();
    }
    start_tick();
}

}  // namespace kreisel
