#include "client/core/login/login.hpp"

#include "client/core/login/method.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kreisel::client {

namespace {

constexpr std::string_view exporter_name = "tls-exporter";
constexpr std::size_t exporter_bytes = 32;

class MethodsLogin final : public Login {
  public:
    MethodsLogin(std::string authid, std::vector<LoginMethodPtr> methods)
        : authid_(std::move(authid)), methods_(std::move(methods)) {}

    void introduce(Dict& details) override {
        if (!authid_.empty()) details.set("authid", authid_);
        List names;
        Dict authextra;
        for (const auto& method : methods_) {
            names.emplace_back(method->name());
            method->introduce(authextra);
        }
        details.set("authmethods", std::move(names));
        if (!authextra.empty()) details.set("authextra", std::move(authextra));
    }

    Result<Authenticate> answer(const Challenge& challenge) override {
        if (asked_ != nullptr) {
            return refuse_challenge(asked_->name(), "it asks a second time");
        }
        const auto found = std::find_if(
            methods_.begin(), methods_.end(),
            [&](const LoginMethodPtr& method) { return method->name() == challenge.method; });
        if (found == methods_.end()) {
            return fail(uris::broken_router,
                        "the router asks for a log-in method that was not offered");
        }
        asked_ = found->get();
        auto answer = asked_->answer(challenge);
        is_answered_ = answer.has_value();
        return answer;
    }

    Result<void> check(const Welcome& welcome) override {
        if (is_answered_) return asked_->check(welcome);
        const bool must_prove = asked_ != nullptr || std::all_of(methods_.begin(), methods_.end(),
                                                                 [](const LoginMethodPtr& method) {
                                                                     return method->proves_router();
                                                                 });
        if (!must_prove) return {};
        return fail(uris::authentication_failed,
                    "the router let the session in without a valid challenge: nothing was proved");
    }

  private:
    std::string authid_;
    std::vector<LoginMethodPtr> methods_;
    LoginMethod* asked_ = nullptr;  ///< of the CHALLENGE that came
    bool is_answered_ = false;      ///< else it was refused
};

}  // namespace

tl::unexpected<Error> refuse_challenge(std::string_view method, const std::string& why) {
    return fail(uris::broken_router,
                "the router's challenge for " + std::string(method) + " is refused: " + why);
}

Result<std::unique_ptr<Login>> make_login(const LoginSettings& settings,
                                          const ChannelFacts& channel, Random& random) {
    LoginContext context{settings.authid, "", "", settings.limits};
    if (settings.channel_binding == ChannelBinding::tls_exporter) {
        if (channel.exporter.size() != exporter_bytes) {
            return fail(uris::not_connected,
                        "the log-in is to be bound to the TLS connection, but there is none that "
                        "can be bound to; use wss:// or tcps://, or turn channel_binding off");
        }
        context.channel_binding = exporter_name;
        context.channel_id = channel.exporter;
    }
    std::vector<LoginMethodPtr> methods;
    const std::vector<Credentials> anonymous{Anonymous{}};
    for (const Credentials& credentials :
         settings.credentials.empty() ? anonymous : settings.credentials) {
        auto method = std::visit(
            [&](const auto& kind) { return make_method(kind, context, random); }, credentials);
        if (!method) return fail(method.error());
        for (const auto& other : methods) {
            if (other->name() != (*method)->name()) continue;
            return fail(uris::invalid_argument, "two credentials are for the log-in method " +
                                                    std::string(other->name()) +
                                                    "; the router would see one only");
        }
        methods.push_back(std::move(*method));
    }
    return std::make_unique<MethodsLogin>(settings.authid, std::move(methods));
}

}  // namespace kreisel::client
