// Knows that threads exist: this session owns the one it lives on.
#include "client/sync.hpp"

namespace kreisel::client::sync {

namespace {

constexpr std::chrono::seconds leave_time{2};

}  // namespace

Session::Session(Settings settings)
    : work_(boost::asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {
    try {
        session_ =
            connect(context_.get_executor(), std::move(settings), boost::asio::use_future).get();
    } catch (...) {
        work_.reset();
        context_.stop();
        thread_.join();
        throw;
    }
}

Session::~Session() {
    // A router that does not answer is not waited for.
    session_.leave(boost::asio::use_future).wait_for(leave_time);
    session_ = client::Session();
    work_.reset();
    context_.stop();
    thread_.join();
}

void Session::unsubscribe(const Subscription& subscription) const {
    check_thread();
    subscription.unsubscribe(boost::asio::use_future).get();
}

void Session::unregister(const Registration& registration) const {
    check_thread();
    registration.unregister(boost::asio::use_future).get();
}

void Session::leave() const {
    check_thread();
    session_.leave(boost::asio::use_future).get();
}

void Session::check_thread() const {
    if (std::this_thread::get_id() != thread_.get_id()) return;
    throw Error(uris::invalid_argument,
                {"a handler cannot wait for its own session; use async() there"});
}

}  // namespace kreisel::client::sync
