// main() of every Boost.Test program.
#define BOOST_TEST_MODULE kreisel
#include <boost/test/unit_test.hpp>
