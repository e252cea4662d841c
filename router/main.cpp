// The kreisel command. What it can do is in router/cli; owns the control thread.

#include "router/cli/command_line.hpp"

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
    try {
        return kreisel::run_command_line(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kreisel: %s\n", error.what());
        return 1;
    }
}
