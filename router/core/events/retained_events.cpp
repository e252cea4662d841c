#include "router/core/events/retained_events.hpp"

#include "router/core/eligibility.hpp"

#include <utility>

namespace kreisel {

bool RetainedEvents::has_room(const KeptEvent& event, const RealmLimits& limits) const {
    const auto found = topics_.find(event.topic);
    std::size_t bytes = bytes_ + event.bytes;
    if (found == topics_.end()) {
        if (topics_.size() >= limits.retained_topics) return false;
    } else {
        const Topic& topic = found->second;
        if (topic.listed != nullptr) bytes -= topic.listed->bytes;
        if (event.lists.empty() && topic.open != nullptr) bytes -= topic.open->bytes;
    }
    return bytes <= limits.retained_bytes;
}

void RetainedEvents::set(KeptEventPtr event) {
    Topic& topic = topics_[event->topic];
    if (topic.listed != nullptr) bytes_ -= topic.listed->bytes;
    bytes_ += event->bytes;
    if (!event->lists.empty()) {
        topic.listed = std::move(event);
        return;
    }
    if (topic.open != nullptr) bytes_ -= topic.open->bytes;
    topic.open = std::move(event);
    topic.listed.reset();
}

bool RetainedEvents::clear(std::string_view topic) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return false;
    if (found->second.open != nullptr) bytes_ -= found->second.open->bytes;
    if (found->second.listed != nullptr) bytes_ -= found->second.listed->bytes;
    topics_.erase(found);
    return true;
}

KeptEventPtr RetainedEvents::best_of(const Topic& topic, const SessionInfo& session) {
    for (const KeptEventPtr& event : {topic.listed, topic.open}) {
        if (event == nullptr || event->excluded == session.id) continue;
        if (is_eligible(event->lists, session)) return event;
    }
    return nullptr;
}

KeptEventPtr RetainedEvents::find(std::string_view topic, const SessionInfo& session) const {
    const auto found = topics_.find(topic);
    return found == topics_.end() ? nullptr : best_of(found->second, session);
}

std::string_view RetainedEvents::beginning_of(const LogKey& pattern) {
    const std::string_view uri = pattern.uri;
    if (pattern.match != MatchPolicy::wildcard) return uri;
    if (uri.empty() || uri.front() == '.') return {};
    // Up to the first empty component, its dot included.
    const std::size_t gap = uri.find("..");
    if (gap != std::string_view::npos) return uri.substr(0, gap + 1);
    return uri;
}

}  // namespace kreisel
