#include "client/core/options.hpp"

namespace kreisel::client {

namespace {

template <class T>
void set_if(Dict& dict, std::string_view key, const std::optional<T>& value) {
    if (value) dict.set(std::string(key), Value(*value));
}

template <class T>
Value list_of(const std::vector<T>& items) {
    List list;
    list.reserve(items.size());
    for (const T& item : items) list.emplace_back(item);
    return list;
}

template <class T>
void set_if(Dict& dict, std::string_view key, const std::optional<std::vector<T>>& items) {
    if (items) dict.set(std::string(key), list_of(*items));
}

template <class T>
void set_if_any(Dict& dict, std::string_view key, const std::vector<T>& items) {
    if (!items.empty()) dict.set(std::string(key), list_of(items));
}

void set_passthru(Dict& dict, const std::optional<Passthru>& passthru) {
    if (!passthru) return;
    dict.set("ppt_scheme", passthru->scheme);
    set_if(dict, "ppt_serializer", passthru->serializer);
    set_if(dict, "ppt_cipher", passthru->cipher);
    set_if(dict, "ppt_keyid", passthru->keyid);
}

void set_match(Dict& dict, MatchPolicy match) {
    if (match != MatchPolicy::exact) dict.set("match", kreisel::to_text(match));
}

}  // namespace

Dict to_dict(const CallOptions& options) {
    Dict dict = options.extra;
    if (options.timeout.count() > 0) {
        dict.set("timeout", std::int64_t{options.timeout.count()});
    }
    set_if(dict, "disclose_me", options.disclose_me);
    if (options.rkey) {
        dict.set("runmode", "partition");
        dict.set("rkey", *options.rkey);
    }
    set_passthru(dict, options.passthru);
    return dict;
}

Dict to_dict(const PublishOptions& options) {
    Dict dict = options.extra;
    if (options.acknowledge) dict.set("acknowledge", true);
    set_if(dict, "exclude_me", options.exclude_me);
    set_if(dict, "disclose_me", options.disclose_me);
    set_if_any(dict, "exclude", options.exclude);
    set_if_any(dict, "exclude_authid", options.exclude_authid);
    set_if_any(dict, "exclude_authrole", options.exclude_authrole);
    set_if(dict, "eligible", options.eligible);
    set_if(dict, "eligible_authid", options.eligible_authid);
    set_if(dict, "eligible_authrole", options.eligible_authrole);
    if (options.retain) dict.set("retain", true);
    set_if(dict, "rkey", options.rkey);
    set_passthru(dict, options.passthru);
    return dict;
}

Dict to_dict(const SubscribeOptions& options) {
    Dict dict = options.extra;
    set_match(dict, options.match);
    if (options.get_retained) dict.set("get_retained", true);
    set_if(dict, "nkey", options.nkey);
    return dict;
}

Dict to_dict(const RegisterOptions& options) {
    Dict dict = options.extra;
    set_match(dict, options.match);
    if (options.invoke != InvokePolicy::single) dict.set("invoke", to_text(options.invoke));
    if (options.concurrency > 0) dict.set("concurrency", std::int64_t{options.concurrency});
    if (options.force_reregister) dict.set("force_reregister", true);
    set_if(dict, "disclose_caller", options.disclose_caller);
    if (options.forward_timeout) dict.set("forward_timeout", true);
    return dict;
}

std::string_view to_text(CancelMode mode) {
    switch (mode) {
        case CancelMode::skip:
            return "skip";
        case CancelMode::kill:
            return "kill";
        case CancelMode::killnowait:
            return "killnowait";
    }
    return {};
}

std::string_view to_text(InvokePolicy policy) {
    switch (policy) {
        case InvokePolicy::single:
            return "single";
        case InvokePolicy::first:
            return "first";
        case InvokePolicy::last:
            return "last";
        case InvokePolicy::roundrobin:
            return "roundrobin";
        case InvokePolicy::random:
            return "random";
    }
    return {};
}

}  // namespace kreisel::client
