#pragma once
// LoginMethod: the client's half of one way to log in, for one connection. Made and asked by the
// Login of login.hpp.

#include "client/core/credentials.hpp"
#include "client/core/error.hpp"
#include "common/base/random.hpp"
#include "common/wamp/messages.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kreisel::client {

/// What every method is told of its log-in.
struct LoginContext {
    std::string authid;
    /// Name and octets of the channel binding; both empty: none is wanted.
    std::string channel_binding;
    std::string channel_id;
    DerivationLimits limits;
};

class LoginMethod {
  public:
    virtual ~LoginMethod() = default;
    /// As HELLO.Details.authmethods has it.
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Adds to HELLO.Details.authextra, which all methods share.
    virtual void introduce(Dict& authextra) const { static_cast<void>(authextra); }
    [[nodiscard]] virtual Result<Authenticate> answer(const Challenge& challenge) = 0;
    /// Whether the router proved in WELCOME what it had to.
    [[nodiscard]] virtual Result<void> check(const Welcome& welcome) const {
        static_cast<void>(welcome);
        return {};
    }
    /// The router has to prove who it is: a WELCOME without a CHALLENGE is not taken.
    [[nodiscard]] virtual bool proves_router() const { return false; }
};

using LoginMethodPtr = std::unique_ptr<LoginMethod>;

[[nodiscard]] Result<LoginMethodPtr> make_method(const Anonymous& credentials,
                                                 const LoginContext& context, Random& random);
[[nodiscard]] Result<LoginMethodPtr> make_method(const Ticket& credentials,
                                                 const LoginContext& context, Random& random);
[[nodiscard]] Result<LoginMethodPtr> make_method(const WampCra& credentials,
                                                 const LoginContext& context, Random& random);
[[nodiscard]] Result<LoginMethodPtr> make_method(const Scram& credentials,
                                                 const LoginContext& context, Random& random);
[[nodiscard]] Result<LoginMethodPtr> make_method(const Cryptosign& credentials,
                                                 const LoginContext& context, Random& random);
[[nodiscard]] Result<LoginMethodPtr> make_method(const TlsCertificate& credentials,
                                                 const LoginContext& context, Random& random);

/// The router asks what no honest one does.
[[nodiscard]] tl::unexpected<Error> refuse_challenge(std::string_view method,
                                                     const std::string& why);

}  // namespace kreisel::client
