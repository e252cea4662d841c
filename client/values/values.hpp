#pragma once
// All that turns C++ types into WAMP values and back, for who needs it without a session.
//
//     struct Point { double x = 0, y = 0; };
//     KREISEL_STRUCT(Point, x, y)
//     Payload payload = make_arguments(Encoding::cbor, "home", Point{1, 2});
//     auto arguments = read_arguments<std::string, Point>(payload);
//     if (!arguments) std::cerr << arguments.error().text();

#include "client/values/arguments.hpp"
#include "client/values/containers.hpp"
#include "client/values/dynamic.hpp"
#include "client/values/results.hpp"
#include "client/values/scalars.hpp"
#include "client/values/structs.hpp"
#include "client/values/texts.hpp"
#include "client/values/times.hpp"
