#pragma once
// The procedures that the C++ peer provides, one for each behaviour the driver knows.

#include "client/session.hpp"

#include <functional>
#include <string>

namespace kreisel::interop {

/// Provides `behaviour` as `procedure` of `session`, which the driver calls `name`.
void provide(const client::Session& session, const std::string& name, const std::string& procedure,
             const std::string& behaviour,
             std::function<void(client::Result<client::Registration>)> done);

}  // namespace kreisel::interop
