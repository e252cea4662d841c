#pragma once
// The page that a browser gets from ws_echo: it opens a WebSocket to where it came from.

namespace ws_echo {

extern const char* const page;

}  // namespace ws_echo
