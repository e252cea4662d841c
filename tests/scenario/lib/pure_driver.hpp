#pragma once
// Driver over the pure core: bytes in one encoding through codec, Handshake, Ingress and Realm and
// back to bytes, all in one thread and one call.

#include "tests/scenario/lib/driver.hpp"

#include <memory>

namespace kreisel::scenario {

[[nodiscard]] std::unique_ptr<Driver> make_pure_driver(const Script& script, Encoding encoding);

}  // namespace kreisel::scenario
