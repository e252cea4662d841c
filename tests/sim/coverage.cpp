#include "tests/sim/coverage.hpp"

#include "common/wamp/errors.hpp"

#include <iterator>
#include <vector>

namespace kreisel::sim {

namespace {

struct Required {
    std::string_view group;
    std::vector<std::string_view> names;
};

// Model::note names them.
const std::vector<std::string_view> of_advanced_profile = {"call waits",
                                                           "canceled while waiting",
                                                           "invoked after waiting",
                                                           "no room to wait",
                                                           "nobody left to wait for",
                                                           "part after INTERRUPT",
                                                           "part of a call that is over",
                                                           "part waits",
                                                           "part with another procedure",
                                                           "progress",
                                                           "progress after INTERRUPT",
                                                           "progress nobody asked for",
                                                           "rerouted",
                                                           "taken over",
                                                           "timeout",
                                                           "timeout while waiting",
                                                           "killed",
                                                           "all killed",
                                                           "callee removed",
                                                           "subscriber removed",
                                                           "retained event",
                                                           "retained event taken away",
                                                           "retained for some",
                                                           "no room to retain",
                                                           "testament",
                                                           "testament not allowed any more",
                                                           "procedure of the router"};

const std::vector<Required>& all_required() {
    static const std::vector<Required> required = {
        {"sent",
         {"HELLO", "AUTHENTICATE", "ABORT", "GOODBYE", "ERROR", "PUBLISH", "SUBSCRIBE",
          "UNSUBSCRIBE", "CALL", "CANCEL", "REGISTER", "UNREGISTER", "YIELD", "EVENT"}},
        {"received",
         {"WELCOME", "CHALLENGE", "ABORT", "GOODBYE", "ERROR", "PUBLISHED", "SUBSCRIBED",
          "UNSUBSCRIBED", "EVENT", "RESULT", "REGISTERED", "UNREGISTERED", "INVOCATION",
          "INTERRUPT"}},
        {"match",
         {"SUBSCRIBE exact", "SUBSCRIBE prefix", "SUBSCRIBE wildcard", "REGISTER exact",
          "REGISTER prefix", "REGISTER wildcard", "SUBSCRIBE unknown", "REGISTER unknown"}},
        {"invoke", {"single", "roundrobin", "random", "first", "last", "unknown"}},
        {"invoked", {"single", "roundrobin", "random", "first", "last"}},
        {"cancel", {"skip", "kill", "killnowait", "unknown"}},
        {"interrupt", {"kill", "killnowait"}},
        {"revocation", {"UNSUBSCRIBED", "UNREGISTERED"}},
        {"option",
         {"acknowledge", "exclude_me=false", "disclose_me", "eligible", "eligible_authid",
          "eligible_authrole", "exclude", "exclude_authid", "exclude_authrole", "disclose_caller",
          "forward_timeout", "retain", "force_reregister", "concurrency", "receive_progress",
          "progress", "timeout"}},
        {"detail",
         {"topic", "publisher", "procedure", "caller", "progress", "receive_progress", "timeout",
          "retained"}},
        {"advanced", of_advanced_profile},
        {"verdict", {"admitted", "answered", "dropped", "violation", "goodbye", "ended"}},
        {"close", {"abort", "goodbye", "client goodbye", "client abort", "drop"}},
        {"error",
         {uris::invalid_uri, uris::no_such_procedure, uris::procedure_already_exists,
          uris::no_such_registration, uris::no_such_subscription, uris::invalid_argument,
          uris::canceled, uris::unavailable, uris::payload_size_exceeded,
          uris::disclose_me_disallowed, uris::limit_exceeded, uris::not_authorized, uris::timeout,
          uris::no_such_session, uris::no_available_callee, uris::feature_not_supported,
          uris::runtime_error, "com.error.own"}},
        {"abort",
         {uris::protocol_violation, uris::no_such_realm, uris::no_such_role, uris::invalid_uri,
          uris::authentication_required, uris::authentication_denied,
          uris::no_matching_auth_method}},
        {"goodbye",
         {uris::goodbye_and_out, uris::close_killed, uris::close_realm, "com.reason.own"}},
    };
    return required;
}

}  // namespace

void Coverage::count_sent(const Message& message) {
    const auto type = to_text(type_of(message));
    count("sent", type);
    const auto count_match = [&](const Dict& options) {
        const auto match = options.find_text("match").value_or("exact");
        const bool is_known = match == "exact" || match == "prefix" || match == "wildcard";
        count("match", std::string(type) + " " + std::string(is_known ? match : "unknown"));
    };
    if (const auto* subscribe = std::get_if<Subscribe>(&message)) count_match(subscribe->options);
    if (const auto* enrol = std::get_if<Register>(&message)) {
        count_match(enrol->options);
        const auto invoke = enrol->options.find_text("invoke").value_or("single");
        count("invoke", invoke == "nearest" ? "unknown" : invoke);
        for (const auto& [key, value] : enrol->options) {
            if (key != "match" && key != "invoke") count("option", key);
        }
    }
    if (const auto* cancel = std::get_if<Cancel>(&message)) {
        const auto mode = cancel->options.find_text("mode").value_or("killnowait");
        count("cancel", mode == "gently" ? "unknown" : mode);
    }
    if (const auto* call = std::get_if<Call>(&message)) {
        for (const auto& [key, value] : call->options) count("option", key);
    }
    if (const auto* publish = std::get_if<Publish>(&message)) {
        for (const auto& [key, value] : publish->options) {
            count("option", value == Value(false) ? key + "=false" : key);
        }
    }
}

void Coverage::count_received(const Message& message) {
    count("received", to_text(type_of(message)));
    if (const auto* error = std::get_if<ErrorMessage>(&message)) count("error", error->error);
    if (const auto* abort = std::get_if<Abort>(&message)) count("abort", abort->reason);
    if (const auto* goodbye = std::get_if<Goodbye>(&message)) count("goodbye", goodbye->reason);
    if (const auto* interrupt = std::get_if<Interrupt>(&message)) {
        count("interrupt", interrupt->options.find_text("mode").value_or("none"));
    }
    if (const auto* end = std::get_if<Unsubscribed>(&message); end != nullptr && !end->request) {
        count("revocation", "UNSUBSCRIBED");
    }
    if (const auto* end = std::get_if<Unregistered>(&message); end != nullptr && !end->request) {
        count("revocation", "UNREGISTERED");
    }
    if (const auto* event = std::get_if<Event>(&message)) {
        for (const auto& [key, value] : event->details) count("detail", key);
    }
    if (const auto* invocation = std::get_if<Invocation>(&message)) {
        for (const auto& [key, value] : invocation->details) count("detail", key);
    }
}

void Coverage::add(const Coverage& other) {
    for (const auto& [group, counts] : other.counts_) {
        for (const auto& [what, number] : counts) counts_[group][what] += number;
    }
}

std::string Coverage::text() const {
    std::string text;
    for (const auto& [group, counts] : counts_) {
        text += group + ":";
        for (const auto& [what, number] : counts) {
            text += "  " + what + " " + std::to_string(number);
        }
        text += "\n";
    }
    return text;
}

std::string Coverage::missing() const {
    std::string text;
    for (const Required& required : all_required()) {
        const auto group = counts_.find(required.group);
        for (const auto name : required.names) {
            if (group != counts_.end() && group->second.count(name) != 0) continue;
            text +=
                "never happened: " + std::string(required.group) + " " + std::string(name) + "\n";
        }
    }
    return text;
}

}  // namespace kreisel::sim
