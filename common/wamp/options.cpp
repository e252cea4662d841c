#include "common/wamp/options.hpp"
namespace kreisel {
Result<void> check_options(MessageType, const Dict&) { return {}; }
}
