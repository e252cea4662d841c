#pragma once
// What is known of a peer in the router's own process: who the program that embeds the router says
// it is. Plain values.

#include <string>

namespace kreisel {

struct LocalFacts {
    /// Role in whatever realm it joins; empty: it logs in like any other client.
    std::string role{};
    /// Who it is, if it has a role; empty: each session is somebody of its own.
    std::string authid{};
};

}  // namespace kreisel
