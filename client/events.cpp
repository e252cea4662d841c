#include "client/events.hpp"

namespace kreisel::client {

EventDetails EventDetails::read(const std::string& topic, const ReceivedEvent& event) {
    const Dict& details = event.details;
    const auto text = [&details](std::string_view key) {
        return std::string(details.find_text(key).value_or(std::string_view()));
    };
    EventDetails read;
    read.publication = event.publication;
    read.topic = text("topic");
    if (read.topic.empty()) read.topic = topic;
    read.publisher = SessionId{details.find_uint("publisher").value_or(0)};
    read.publisher_authid = text("publisher_authid");
    read.publisher_authrole = text("publisher_authrole");
    if (const Value* level = details.find("trustlevel")) read.trustlevel = level->to_int();
    read.is_retained = details.is_true("retained");
    read.details = details;
    return read;
}

}  // namespace kreisel::client

namespace kreisel::client::detail {

void HandledEvents::on_event(ReceivedEvent event) {
    const auto engine = engine_.lock();
    if (engine == nullptr) return;
    if (!engine->settings().handler_executor) return handle(event);
    boost::asio::post(
        engine->settings().handler_executor,
        [self = shared_from_this(), event = std::move(event)] { self->handle(event); });
}

void HandledEvents::on_gone(const Error& why) {
    report(std::string("the subscription ended: ") + why.what());
}

void HandledEvents::report(const std::string& what) const {
    if (const auto engine = engine_.lock()) engine->report(topic_ + ": " + what);
}

void HandledEvents::report(const std::exception_ptr& thrown) const {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        report(std::string("the handler failed: ") + error.what());
    } catch (...) {
        report(std::string("the handler threw what is no std::exception"));
    }
}

boost::asio::any_io_executor HandledEvents::executor() const { return executor_of(engine_.lock()); }

}  // namespace kreisel::client::detail
