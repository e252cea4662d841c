// The log of the router in this process: quiet, and its thread ends before the program does.
#include "common/base/log.hpp"

#include <boost/test/unit_test.hpp>

namespace {

struct QuietLog {
    QuietLog() { kreisel::log_setup(kreisel::LogLevel::warning, kreisel::LogFormat::text); }
    ~QuietLog() { kreisel::log_shutdown(); }
};

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(QuietLog);
