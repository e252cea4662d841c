#include "tests/interop/kreisel_peer/operations.hpp"

#include "tests/interop/kreisel_peer/forms.hpp"
#include "tests/interop/kreisel_peer/procedures.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace kreisel::interop {

namespace {

using client::Error;
using client::Reply;
using client::Result;
using client::ResultStream;

std::string text_of(const Dict& message, std::string_view key) {
    return std::string(message.find_text(key).value_or(""));
}

List args_of(const Dict& message) {
    const List* args = message.find_list("args");
    return args == nullptr ? List() : decode_forms(*args);
}

Dict dict_of(const Dict& message, std::string_view key) {
    const Dict* dict = message.find_dict(key);
    return dict == nullptr ? Dict() : decode_forms(*dict);
}

/// All options go out as they are, but for those that the library itself acts on.
template <class Options>
client::Request<Options> request_of(const std::string& uri, const Dict& options) {
    client::Request<Options> request(uri);
    for (const DictEntry& entry : options) request.options.extra.set(entry.key, entry.value);
    return request;
}

client::Credentials credentials_of(const std::string& method, const std::string& secret) {
    if (method == "ticket") return client::Ticket{secret};
    if (method == "wampcra") return client::WampCra{secret};
    if (method == "wamp-scram") return client::Scram{secret};
    if (method == "scram") return client::Scram{secret, client::Scram::Dialect::crossbar};
    if (method == "cryptosign") return client::Cryptosign{secret};
    if (method == "tls") return client::TlsCertificate{};
    return client::Anonymous{};
}

Encoding encoding_of(const std::string& serializer) {
    if (serializer == "json") return Encoding::json;
    return serializer == "cbor" ? Encoding::cbor : Encoding::msgpack;
}

Dict facts_of(const client::Identity& identity) {
    return {{"id", std::to_string(identity.session.value)},
            {"authid", identity.authid},
            {"authrole", identity.authrole},
            {"authmethod", identity.authmethod}};
}

Dict result_of(const Reply& reply, List parts) {
    return {{"args", encode_form(reply.args)},
            {"kwargs", encode_form(reply.kwargs)},
            {"parts", std::move(parts)}};
}

/// Takes the parts of a result until the last, which is the result itself.
struct Collecting : std::enable_shared_from_this<Collecting> {
    Collecting(ResultStream<Reply> from, Answer to)
        : stream(std::move(from)), answer(std::move(to)) {}

    void take() {
        stream.next([self = shared_from_this()](Result<std::optional<Reply>> part) {
            if (!part) return self->answer(client::fail(part.error()));
            if (!*part) return self->answer(result_of(self->last, std::move(self->parts)));
            if (self->has_last) self->parts.push_back(encode_form(self->last.args.at(0)));
            self->last = std::move(**part);
            self->has_last = true;
            self->take();
        });
    }

    ResultStream<Reply> stream;
    Answer answer;
    Reply last;
    List parts;
    bool has_last = false;
};

/// Sends arguments in parts, one after the other.
void send_parts(const client::Exchange<Reply>& exchange,
                const std::shared_ptr<std::vector<Value>>& parts, std::size_t next) {
    if (next + 1 == parts->size()) return exchange.finish(parts->at(next), [](Result<void>) {});
    exchange.send(parts->at(next), [exchange, parts, next](Result<void> sent) {
        if (sent) send_parts(exchange, parts, next + 1);
    });
}

}  // namespace

Dict fault_of(const Error& error) {
    return {{"uri", error.uri()},
            {"args", encode_form(error.args())},
            {"kwargs", encode_form(error.kwargs())}};
}

void Operations::run(const Dict& message) {
    static const std::map<std::string, Operation, std::less<>> operations = {
        {"connect", &Operations::connect},     {"register", &Operations::register_},
        {"subscribe", &Operations::subscribe}, {"publish", &Operations::publish},
        {"call", &Operations::call},           {"call_in_parts", &Operations::call_in_parts},
        {"cancel", &Operations::cancel},       {"leave", &Operations::leave},
    };
    const Value id = *message.find("id");
    const auto found = operations.find(text_of(message, "op"));
    if (found == operations.end()) return say({{"id", id}, {"broken", "no such operation"}});
    try {
        (this->*found->second)(message, [id](const Result<Dict>& outcome) {
            if (outcome) return say({{"id", id}, {"ok", *outcome}});
            say({{"id", id}, {"fault", fault_of(outcome.error())}});
        });
    } catch (const std::exception& error) {
        say({{"id", id}, {"broken", error.what()}});
    }
}

const client::Session& Operations::session(const Dict& message) const {
    return sessions_.at(text_of(message, "session"));
}

client::Settings Operations::settings_of(const Dict& message) const {
    const std::string url = text_of(message, "url");
    const bool is_secure = url.starts_with("wss:");
    client::Settings settings(url, text_of(message, "realm"));
    if (text_of(message, "transport") == "rawsocket") {
        settings.url = (is_secure ? "tcps://" : "tcp://") + text_of(message, "host") + ":" +
                       std::to_string(message.find_uint("port").value_or(0));
    }
    settings.encodings = {encoding_of(text_of(message, "serializer"))};
    settings.reconnect.is_on = false;
    // The certificates of the tests are signed by nobody.
    settings.tls.verify = TlsVerify::off_and_insecure;
    settings.tls.certificate = {text_of(message, "certificate"), text_of(message, "certificate")};
    const Dict log_in = dict_of(message, "auth");
    settings.login.authid = text_of(log_in, "authid");
    if (const List* methods = log_in.find_list("methods")) {
        for (const Value& method : *methods) {
            settings.login.credentials.push_back(
                credentials_of(*method.get_if<std::string>(), text_of(log_in, "secret")));
        }
    }
    return settings;
}

void Operations::connect(const Dict& message, const Answer& answer) {
    const std::string name = text_of(message, "session");
    client::Settings settings = settings_of(message);
    const auto has_joined = std::make_shared<bool>(false);
    settings.on_state = [name, has_joined](client::SessionState state, const Error* why) {
        if (state != client::SessionState::over || !*has_joined) return;
        say({{"event", "lost"},
             {"session", name},
             {"reason", why == nullptr ? "" : why->what()},
             {"will_retry", false}});
    };
    client::connect(context_.get_executor(), std::move(settings),
                    [this, name, has_joined, answer](Result<client::Session> joined) {
                        if (!joined) return answer(client::fail(joined.error()));
                        *has_joined = true;
                        Dict facts = facts_of(joined->identity());
                        Dict event = facts;
                        event.set("event", "joined");
                        event.set("session", name);
                        say(event);
                        sessions_.insert_or_assign(name, std::move(*joined));
                        answer(std::move(facts));
                    });
}

void Operations::register_(const Dict& message, const Answer& answer) {
    provide(session(message), text_of(message, "session"), text_of(message, "procedure"),
            text_of(message, "behaviour"), [answer](Result<client::Registration> registered) {
                if (!registered) return answer(client::fail(registered.error()));
                answer(Dict());
            });
}

void Operations::subscribe(const Dict& message, const Answer& answer) {
    const std::string topic = text_of(message, "topic");
    const Dict options = dict_of(message, "options");
    auto request = request_of<client::SubscribeOptions>(topic, options);
    const auto handler = [session = text_of(message, "session"), name = text_of(message, "name")](
                             const client::EventDetails& event, const client::Kwargs<Dict>& kwargs,
                             const client::Rest& args) {
        say({{"event", "event"},
             {"session", session},
             {"subscription", name},
             {"topic", event.topic},
             {"args", encode_form(args.values)},
             {"kwargs", encode_form(*kwargs)}});
    };
    // The library does not tell the number of a subscription, but the router does.
    const auto look_up = [session = session(message), topic, options, answer,
                          wants_id = message.is_true("wants_id")](
                             Result<client::Subscription> subscribed) {
        if (!subscribed) return answer(client::fail(subscribed.error()));
        if (!wants_id) return answer(Dict());
        session.call<Value>("wamp.subscription.lookup", topic, options, [answer](Result<Value> id) {
            answer(Dict{{"subscription", id ? encode_form(*id) : Value()}});
        });
    };
    session(message).subscribe(std::move(request), handler, look_up);
}

void Operations::publish(const Dict& message, const Answer& answer) {
    const Dict options = dict_of(message, "options");
    auto request = request_of<client::PublishOptions>(text_of(message, "topic"), options);
    request.options.acknowledge = options.is_true("acknowledge");
    session(message).publish(std::move(request), client::Rest{args_of(message)},
                             client::kwargs(dict_of(message, "kwargs")),
                             [answer](Result<PublicationId> published) {
                                 if (!published) return answer(client::fail(published.error()));
                                 const Value id(published->value);
                                 answer(Dict{{"publication", encode_form(id)}});
                             });
}

void Operations::call(const Dict& message, const Answer& answer) {
    Dict options = dict_of(message, "options");
    auto request = request_of<client::CallOptions>(text_of(message, "procedure"), options);
    const client::Rest args{args_of(message)};
    const auto kwargs = client::kwargs(dict_of(message, "kwargs"));
    if (!message.has("call") && !options.is_true("receive_progress")) {
        return session(message).call<Reply>(std::move(request), args, kwargs,
                                            [answer](const Result<Reply>& reply) {
                                                if (!reply) {
                                                    return answer(client::fail(reply.error()));
                                                }
                                                answer(result_of(*reply, {}));
                                            });
    }
    const auto stream = session(message).stream<Reply>(request, args, kwargs);
    if (message.has("call")) calls_.insert_or_assign(text_of(message, "call"), stream);
    collect(stream, answer);
}

void Operations::call_in_parts(const Dict& message, const Answer& answer) {
    const auto request = request_of<client::CallOptions>(text_of(message, "procedure"), {});
    const auto parts = std::make_shared<std::vector<Value>>(args_of(message));
    const auto exchange = session(message).exchange<Reply>(request, parts->at(0));
    send_parts(exchange, parts, 1);
    collect(exchange, answer);
}

void Operations::collect(const ResultStream<Reply>& stream, const Answer& answer) {
    std::make_shared<Collecting>(stream, answer)->take();
}

void Operations::cancel(const Dict& message, const Answer& answer) {
    const std::string mode = text_of(message, "mode");
    const auto cancel_mode = mode == "skip"   ? client::CancelMode::skip
                             : mode == "kill" ? client::CancelMode::kill
                                              : client::CancelMode::killnowait;
    calls_.at(text_of(message, "call")).cancel(cancel_mode);
    answer(Dict());
}

void Operations::leave(const Dict& message, const Answer& answer) {
    const auto found = sessions_.find(text_of(message, "session"));
    if (found == sessions_.end()) return answer(Dict());
    const client::Session leaving = found->second;
    sessions_.erase(found);
    leaving.leave([leaving, answer](Result<void>) { answer(Dict()); });
}

}  // namespace kreisel::interop
