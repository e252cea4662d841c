#pragma once
// Kreisel's client library: the one header that programs include.
//
//     #include <kreisel/client.hpp>
//     namespace wamp = kreisel::client;
//
//     boost::asio::awaitable<void> run() {
//         const auto session = co_await wamp::connect({"ws://127.0.0.1:8080/ws", "realm1"});
//         co_await session.provide("com.example.add", [](int a, int b) { return a + b; });
//         const int sum = co_await session.call<int>("com.example.add", 2, 3);
//     }
//
// Begin with docs/client/README.md. Words that the library shares with the router are brought into
// its namespace here. Threads: see client/session.hpp.

#include "client/session.hpp"
#include "client/sync.hpp"
#include "client/values/values.hpp"
#include "common/tls/tls_client_settings.hpp"
#include "common/wamp/encoding.hpp"
#include "common/wamp/ids.hpp"
#include "common/wamp/match.hpp"
#include "common/wamp/value.hpp"

namespace kreisel::client {

using kreisel::Blob;
using kreisel::Dict;
using kreisel::Encoding;
using kreisel::List;
using kreisel::MatchPolicy;
using kreisel::PublicationId;
using kreisel::SessionId;
using kreisel::TlsClientSettings;
using kreisel::TlsVerify;
using kreisel::Value;

}  // namespace kreisel::client
