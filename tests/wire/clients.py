"""Small blocking WAMP clients (JSON) over RawSocket and WebSocket, with raw access to the wire.

    alice = websocket(router).join()
    alice.subscribe("com.topic")
    alice.expect(EVENT, ANY, ANY, {}, [1])

Nothing is read that is not asked for: a client that is left alone is a slow reader.
"""

import base64
import hashlib
import json
import os
import re
import socket
import ssl
import struct
import time

from harness import DEADLINE, check, check_equal

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE, ERROR = 1, 2, 3, 4, 5, 6, 8
PUBLISH, PUBLISHED, SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED, EVENT = (
    16, 17, 32, 33, 34, 35, 36)
CALL, CANCEL, RESULT = 48, 49, 50
REGISTER, REGISTERED, UNREGISTER, UNREGISTERED, INVOCATION, INTERRUPT, YIELD = range(64, 71)

ROLES = {"publisher": {}, "subscriber": {}, "caller": {}, "callee": {}}


class Anything:
    def __eq__(self, other):
        return True

    def __repr__(self):
        return "ANY"


ANY = Anything()


class Closed(Exception):
    """The connection is at its end; with a WebSocket close frame, its code and reason."""

    def __init__(self, code=None, reason="", was_reset=False):
        super().__init__(f"closed code={code} reason={reason!r} reset={was_reset}")
        self.code = code
        self.reason = reason
        self.was_reset = was_reset


class Silence(Exception):
    """Nothing came within the time."""


def believing_context():
    """TLS that asks for no proof of the router's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(address, receive_buffer=None, tls=None, host="localhost", session=None, first=b""):
    """A socket to one of the router's addresses (ws:, rs:, wss:, rss:, ws+unix:, rs+unix:). `tls`
    is an ssl.SSLContext for wss: and rss:, `host` the name that the client asks for; `first` goes
    ahead of everything."""
    scheme, rest = address.split(":", 1)
    if scheme.endswith("+unix"):
        plain = socket.socket(socket.AF_UNIX)
        target = rest
    else:
        target_host, port = re.fullmatch(r"//\[?([^\]/]+?)\]?:(\d+)(?:/.*)?", rest).groups()
        plain = socket.socket(socket.AF_INET6 if ":" in target_host else socket.AF_INET)
        target = ("::1" if target_host == "::" else target_host, int(port))
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.settimeout(DEADLINE)
    plain.connect(target)
    if first:
        plain.sendall(first)
    if scheme in ("wss", "rss"):
        context = tls or believing_context()
        # One message is several records: the last of them must not wait for the others' receipt.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return context.wrap_socket(plain, server_hostname=host, session=session)
        except BaseException:
            plain.close()
            raise
    return plain


def is_closed(address):
    """Nobody listens there."""
    try:
        connect(address).close()
        return False
    except ConnectionResetError:
        return False  # it waited when the listener went
    except (ConnectionRefusedError, FileNotFoundError):
        return True


class Client:
    """What both transports share: messages, requests, and the end of the connection."""

    def __init__(self, plain):
        self.socket = plain
        self.buffer = bytearray()
        self.last_request = 0
        self.session = None
        self.answers_pings = True
        self.pings = 0
        self.pongs = []

    # --- octets ---

    def send_octets(self, octets):
        self.socket.settimeout(DEADLINE)
        self.socket.sendall(octets)

    def fill(self, count, end):
        """Reads until `count` octets are buffered."""
        while len(self.buffer) < count:
            left = end - time.monotonic()
            if left <= 0:
                raise Silence()
            self.socket.settimeout(left)
            try:
                octets = self.socket.recv(1 << 18)
            except TimeoutError:
                raise Silence() from None
            except ConnectionResetError:
                raise Closed(was_reset=True) from None
            if not octets:
                raise Closed()
            self.buffer += octets

    def take(self, count, end):
        self.fill(count, end)
        octets = bytes(self.buffer[:count])
        del self.buffer[:count]
        return octets

    def rest(self):
        """All octets until the end of the connection."""
        end = time.monotonic() + DEADLINE
        try:
            while True:
                self.fill(len(self.buffer) + 1, end)
        except Closed as closed:
            check(not closed.was_reset, "the connection ends by a reset")
        return self.take(len(self.buffer), end)

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection by a TCP RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # --- messages ---

    def send(self, *message):
        self.send_text(json.dumps(message))

    def send_many(self, messages):
        """All in one write."""
        self.send_octets(b"".join(self.frame(json.dumps(message)) for message in messages))

    def send_text(self, text):
        self.send_octets(self.frame(text))

    def receive(self, timeout=DEADLINE):
        return json.loads(self.receive_text(time.monotonic() + timeout))

    def expect(self, *wanted, timeout=DEADLINE):
        """The next message, which must begin so."""
        message = self.receive(timeout)
        check_equal(message[:len(wanted)], list(wanted), "message")
        return message

    def expect_silence(self, seconds=0.3):
        try:
            message = self.receive(seconds)
        except Silence:
            return
        raise AssertionError(f"unexpected message {message!r}")

    def expect_closed(self, code=None, timeout=DEADLINE):
        """Nothing but the end of the connection comes."""
        try:
            message = self.receive(timeout)
        except Closed as closed:
            check_equal(closed.code, code, f"close code ({closed})")
            self.close()  # else the router would wait a second for more
            return closed
        except Silence:
            raise AssertionError("the connection was not closed") from None
        raise AssertionError(f"message instead of the end: {str(message)[:300]}")

    def read_to_end(self, timeout=DEADLINE):
        """All messages until the end, and how it ended."""
        messages = []
        try:
            while True:
                messages.append(self.receive(timeout))
        except Closed as closed:
            self.close()
            return messages, closed

    # --- WAMP ---

    def join(self, name="realm1", **details):
        self.send(HELLO, name, {"roles": ROLES, **details})
        self.session = self.expect(WELCOME)[1]
        return self

    def request(self, kind, *rest):
        self.last_request += 1
        self.send(kind, self.last_request, *rest)
        return self.last_request

    def subscribe(self, topic, **options):
        request = self.request(SUBSCRIBE, options, topic)
        return self.expect(SUBSCRIBED, request)[2]

    def register(self, procedure, **options):
        request = self.request(REGISTER, options, procedure)
        return self.expect(REGISTERED, request)[2]

    def publish(self, topic, *arguments):
        """With acknowledgement."""
        request = self.request(PUBLISH, {"acknowledge": True}, topic, list(arguments))
        return self.expect(PUBLISHED, request)[2]

    def publish_blindly(self, topic, *arguments, **options):
        return self.request(PUBLISH, options, topic, list(arguments))

    def call(self, procedure, *arguments, **options):
        """Sends only; see expect(RESULT...)."""
        return self.request(CALL, options, procedure, list(arguments))

    def serve(self, *arguments):
        """Answers the next invocation."""
        invocation = self.expect(INVOCATION)
        self.send(YIELD, invocation[1], {}, list(arguments))
        return invocation

    def expect_error(self, kind, request, error):
        return self.expect(ERROR, kind, request, ANY, error)

    def round_trip(self):
        """When this returns, the router has worked through everything that was sent before."""
        self.publish(f"com.nobody.listens.{self.last_request}")

    def expect_goodbye(self, reason):
        """GOODBYE of the router, answered."""
        message = self.expect(GOODBYE, ANY, reason)
        self.send(GOODBYE, {}, "wamp.close.goodbye_and_out")
        return message


class RawSocket(Client):
    """size_code: this side takes messages of up to 2^(9 + size_code) octets."""

    def __init__(self, address, size_code=15, shake=True, **how):
        super().__init__(connect(address, **how))
        self.answer = None
        if shake:
            self.shake(size_code << 4 | 1)
            check(self.answer[1] & 15 == 1, f"refused: {self.answer.hex()}")

    def shake(self, second, rest=b"\0\0"):
        self.send_octets(bytes([0x7f, second]) + rest)
        self.answer = self.take(4, time.monotonic() + DEADLINE)
        check_equal(self.answer[0], 0x7f, "first octet of the answer")
        return self.answer

    def announced_bytes(self):
        return 512 << (self.answer[1] >> 4)

    def frame(self, text, kind=0):
        octets = text.encode() if isinstance(text, str) else text
        return bytes([kind]) + len(octets).to_bytes(3, "big") + octets

    def receive_text(self, end):
        while True:
            self.fill(4, end)
            size = int.from_bytes(self.buffer[1:4], "big") or (self.buffer[0] & 8) << 21
            self.fill(4 + size, end)
            kind = self.take(4, end)[0] & 7
            payload = self.take(size, end)
            if kind == 0:
                return payload.decode()
            if kind == 1:
                self.pings += 1
                if self.answers_pings:
                    self.send_octets(self.frame(payload, 2))
            else:
                self.pongs.append(payload)

    def ping(self, payload):
        self.send_octets(self.frame(payload, 1))


class WebSocket(Client):
    """RFC 6455 as a client; subprotocols=None shakes no hands."""

    def __init__(self, address, subprotocols="wamp.2.json", headers="", pipelined=b"", **how):
        super().__init__(connect(address, **how))
        self.address = address
        self.has_sent_close = False
        self.accepted = ""
        if subprotocols is not None:
            status, self.accepted, _ = self.upgrade(subprotocols, headers, pipelined)
            check_equal(status, 101, self.accepted)

    def path(self):
        match = re.search(r"//[^/]*(/.*)", self.address)
        return match[1] if match else "/ws"

    def upgrade_request(self, subprotocols, headers="", path=None):
        self.key = base64.b64encode(os.urandom(16)).decode()
        offer = f"Sec-WebSocket-Protocol: {subprotocols}\r\n" if subprotocols else ""
        return (f"GET {path or self.path()} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {self.key}\r\n{offer}{headers}\r\n").encode()

    def upgrade(self, subprotocols, headers="", pipelined=b""):
        self.send_octets(self.upgrade_request(subprotocols, headers) + pipelined)
        status, head, body = self.response(has_body=False)
        if status == 101:
            key = self.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            check(f"Sec-WebSocket-Accept: {accept}\r\n" in head, f"accept of the key: {head}")
        return status, head, body

    def response(self, has_body=True):
        """One HTTP response: status, head, body until the end of the connection."""
        end = time.monotonic() + DEADLINE
        while b"\r\n\r\n" not in self.buffer:
            self.fill(len(self.buffer) + 1, end)
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer = bytearray(rest)
        text = head.decode() + "\r\n"
        status = int(text.split()[1])
        return status, text, self.rest() if has_body else b""

    def frame(self, text, opcode=1, is_final=True):
        octets = text.encode() if isinstance(text, str) else text
        size = len(octets)
        head = bytes([(128 if is_final else 0) | opcode])
        if size < 126:
            head += bytes([128 | size])
        elif size < 65536:
            head += bytes([254]) + size.to_bytes(2, "big")
        else:
            head += bytes([255]) + size.to_bytes(8, "big")
        mask = os.urandom(4)
        repeated = (mask * (size // 4 + 1))[:size]
        masked = int.from_bytes(octets, "big") ^ int.from_bytes(repeated, "big")
        return head + mask + masked.to_bytes(size, "big")

    def receive_frame(self, end):
        """(is_final, opcode, payload); a frame is taken whole or not at all."""
        self.fill(2, end)
        size, at = self.buffer[1] & 127, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            self.fill(at, end)
            size = int.from_bytes(self.buffer[2:at], "big")
        self.fill(at + size, end)
        first = self.take(at, end)[0]
        return bool(first & 128), first & 15, self.take(size, end)

    def receive_text(self, end):
        parts = []
        while True:
            is_final, opcode, payload = self.receive_frame(end)
            if opcode == 8:
                self.on_close(payload, end)
            elif opcode == 9:
                self.pings += 1
                if self.answers_pings:
                    self.send_octets(self.frame(payload, 10))
            elif opcode == 10:
                self.pongs.append(payload)
            else:
                parts.append(payload)
                if is_final:
                    return b"".join(parts).decode()

    def on_close(self, payload, end):
        """Answers it and checks that the router then ends the connection."""
        if not self.has_sent_close:
            self.send_close()
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        try:
            self.fill(1, end)
        except Closed as closed:
            raise Closed(code, payload[2:].decode(), closed.was_reset) from None
        raise AssertionError("octets behind the close frame")

    def send_close(self, code=1000, reason=""):
        self.has_sent_close = True
        try:
            self.send_octets(self.frame(code.to_bytes(2, "big") + reason.encode(), 8))
        except OSError:
            pass  # it has ended meanwhile, which is seen when reading

    def ping(self, payload):
        self.send_octets(self.frame(payload, 9))


def outcome_of(client):
    """The reason of ABORT, or the code by which the connection ended without one."""
    try:
        return client.receive()[2]
    except Closed as closed:
        return closed.code


def websocket(router, index=0, **how):
    return WebSocket(router.address("ws", index), **how)


def rawsocket(router, index=0, **how):
    return RawSocket(router.address("rs", index), **how)


BOTH = (websocket, rawsocket)
