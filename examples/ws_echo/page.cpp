// The text of the page (page.hpp).

#include "page.hpp"

namespace ws_echo {

const char* const page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>ws_echo</title>
<style>
  body { font: 16px sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em }
  input { font: inherit; width: 70% } button { font: inherit }
  li.sent { color: #666 }
</style>
<h1>WebSocket echo</h1>
<p id="state">connecting ...</p>
<form id="form"><input id="text" autofocus value="hello"> <button>Send</button>
<button type="button" id="binary">Send 1 KB binary</button></form>
<ul id="log"></ul>
<script>
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  const socket = new WebSocket(scheme + location.host + '/');
  socket.binaryType = 'arraybuffer';
  const say = (text, kind) => {
    const item = document.createElement('li');
    item.textContent = text;
    item.className = kind;
    document.getElementById('log').prepend(item);
  };
  const state = text => { document.getElementById('state').textContent = text; };
  socket.onopen = () => state('connected, extensions: ' + (socket.extensions || 'none'));
  socket.onclose = event => state('closed: ' + event.code + ' ' + event.reason);
  socket.onmessage = event => say(
    typeof event.data === 'string' ? event.data : event.data.byteLength + ' octets', 'received');
  document.getElementById('form').onsubmit = event => {
    event.preventDefault();
    const text = document.getElementById('text').value;
    say(text, 'sent');
    socket.send(text);
  };
  document.getElementById('binary').onclick = () => {
    const octets = crypto.getRandomValues(new Uint8Array(1024));
    say(octets.length + ' octets', 'sent');
    socket.send(octets);
  };
</script>
)html";

}  // namespace ws_echo
