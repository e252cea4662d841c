"""The rules of the house as tables; what they are for is told in docs/architecture.md.

Everything that tests/tidy judges by name stands here and nowhere else.
"""

# Folder -> the folders that its files may include, besides its own. Tests, benchmarks and examples
# may include everything.
ARROWS = {
    "common/base": [],
    "common/wamp": ["common/base"],
    "common/wire": ["common/base", "common/wamp"],
    "common/codec": ["common/base", "common/wamp", "common/wire"],
    "common/auth": ["common/base"],
    "common/tls": ["common/base"],
    "common/net": ["common/base", "common/wamp", "common/wire", "common/codec", "common/tls"],
    "router/core": ["common/base", "common/wamp", "common/codec"],
    "router/access": ["common/base", "common/wamp", "common/codec", "common/auth", "router/core"],
    "router/storage": ["common/base", "common/wamp", "common/codec", "router/core"],
    "router/users": [
        "common/base", "common/wamp", "common/auth", "router/core", "router/access",
        "router/config"],
    "router/config": [
        "common/base", "common/wamp", "common/auth", "common/tls", "common/wire", "router/core",
        "router/access"],
    "router/server": [
        "common/base", "common/wamp", "common/codec", "common/wire", "common/net", "common/auth",
        "common/tls", "router/core", "router/access", "router/config", "router/storage",
        "router/users"],
    "router/embedded": [
        "common/base", "common/net", "router/config", "router/server"],
    "router/cli": [
        "common/base", "common/wamp", "common/auth", "router/core", "router/access",
        "router/config", "router/server"],
    "client/core": ["common/base", "common/wamp", "common/codec", "common/auth"],
    "client/values": ["common/base", "common/wamp", "common/codec", "client/core"],
    "client/net": [
        "common/base", "common/wamp", "common/codec", "common/wire", "common/tls", "common/net",
        "client/core"],
    "client": [
        "common/base", "common/wamp", "common/codec", "common/wire", "common/tls", "common/net",
        "common/auth", "client/core", "client/values", "client/net"],
    "client/cli": [
        "common/base", "common/wamp", "common/codec", "client/core", "client/values", "client"],
    "program": ["common/base", "router/cli", "client/cli", "bench"],
}
FREE_FOLDERS = ["tests", "bench", "examples"]
FOLDERS_OF_FOLDERS = ["common", "router", "client"]

# Pure: no clock, thread, mutex, random, log, input or output. The library that each becomes.
PURE_FOLDERS = {
    "common/wamp": "kreisel_wamp",
    "common/codec": "kreisel_codec",
    "common/wire": "kreisel_wire",
    "common/auth": "kreisel_auth",
    "router/core": "kreisel_core",
    "router/access": "kreisel_access",
    "client/core": "kreisel_client_core",
}
BANNED_IN_PURE = [
    # Includes, matched against the whole name.
    r"(?:thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier)",
    r"(?:iostream|fstream|filesystem|ostream|istream|cstdio|stdio\.h|random|ctime|time\.h)",
    r"(?:unistd\.h|signal\.h|csignal|fcntl\.h|netdb\.h|poll\.h)",
    r"(?:sys|netinet|arpa|linux)/.*",
    r"boost/(?:asio|beast/core|beast/websocket|thread|filesystem|log|interprocess)(?:/.*|\.hpp)",
    r"(?:spdlog|yaml-cpp|CLI)/.*",
    r"common/(?:base/log|net/.*)(?:\.hpp)?",
]
BANNED_CALLS_IN_PURE = [
    (r"::now\s*\(", "reads a clock; time comes in as `now`"),
    (r"\b(?:gettimeofday|clock_gettime|localtime|gmtime|time)\s*\(\s*(?:NULL|nullptr|0|&)",
     "reads a clock; time comes in as `now`"),
    (r"\bstd::(?:cout|cerr|clog|cin|ofstream|ifstream|fopen|printf|puts)\b", "is input or output"),
    (r"\b(?:printf|fprintf|fopen|getenv|sleep|usleep|rand|srand)\s*\(", "is input or output"),
    (r"\bstd::(?:thread|jthread|this_thread|mutex|lock_guard|scoped_lock|unique_lock|async)\b",
     "belongs to the impure folders"),
    (r"\bstd::(?:random_device|mt19937)", "is random; randomness comes in as Random"),
]

# What the compiler really read for an object of a pure folder (ninja -t deps). The standard library
# and websocketpp drag <iostream> and <atomic> along by themselves; these do not come by themselves.
BANNED_DEPENDENCIES = [
    r"/boost/asio(?:/|\.hpp)",
    r"/c\+\+/\d+(?:/|.*/)(?:mutex|thread|shared_mutex|condition_variable|future)$",
    r"/(?:spdlog|yaml-cpp|CLI)/",
    r"/websocketpp/(?:transport/asio|server|client|endpoint)",
]

# Each is included by few .cpp files only; never by a header of ours.
HEAVY_HEADERS = [
    r"websocketpp/.*", r"msgpack(?:/.*|\.hpp)", r"boost/(?:asio|beast)(?:/.*|\.hpp)",
    r"yaml-cpp/.*",
    r"rapidjson/.*", r"cbor(?:/.*|\.h)", r"CLI/.*", r"spdlog/.*", r"openssl/.*", r"prometheus/.*",
    r"sqlite3\.h",
]
# Headers that may include Asio all the same: whoever uses the client library includes it anyway.
HEADERS_WITH_ASIO = r"common/net/strand\.hpp|client/(?:net/|cli/|include/kreisel/)?\w+\.hpp"
ASIO_HEADER = r"boost/asio(?:/.*|\.hpp)"
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

CODE_SUFFIXES = (".hpp", ".cpp")
SCRIPT_SUFFIXES = (".py", ".mjs", ".js", ".sh", ".awk")
# Length and columns are checked in these too.
TEXT_SUFFIXES = CODE_SUFFIXES + SCRIPT_SUFFIXES + (".cmake", ".html")

# Files that are not ours to shape.
GENERATED = (
    "tests/interop/package-lock.json", "bench/compare/package-lock.json", "LICENSE")

MARKS = r"\b(?:TODO|FIXME|XXX|HACK|BOOTSTRAP)\b(?!\s*\(?#\d+)"
MACHINE_PATHS = r"(?<![\w.}>])/(?:work|root|home/\w+)/"
REGISTRY_HOSTS = (
    r"registry\.(?:npmjs|yarnpkg)|(?:deb|security)\.debian\.org|pypi\.org|npmjs\.(?:org|com)"
    r"|unpkg\.com|jsdelivr|crates\.io|proxy\.golang")
