"""The forms of values on the control channel (notation.mjs) for the Python peers."""

import zlib

LONG_SIZE = 2000
SAMPLE = "Kreisel verbindet Autobahnen. Größe, 世界, 🚗. "


def make_text(size):
    unit = len(SAMPLE.encode())
    return SAMPLE * (size // unit) + "x" * (size % unit)


def make_blob(size):
    return bytes((i * 7 + (i >> 8)) & 0xFF for i in range(size))


MADE = {}


def decode_value(form):
    """From the driver's form to a value of this language; 1 MB is made once."""
    if isinstance(form, list):
        return [decode_value(item) for item in form]
    if not isinstance(form, dict):
        return form
    for key, make in (("$text", make_text), ("$blob", make_blob)):
        if key in form:
            name = (key, form[key])
            if name not in MADE:
                MADE[name] = make(form[key])
            return MADE[name]
    if "$int" in form:
        return int(form["$int"])
    if "$float" in form:
        return float(form["$float"])
    if "$bytes" in form:
        return bytes.fromhex(form["$bytes"])
    return {key: decode_value(item) for key, item in form.items()}


def digest(kind, data):
    return {"$digest": kind, "size": len(data), "crc": zlib.crc32(data)}


def encode_value(value):
    """From a value that the library handed out to the driver's form."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {"$int": str(value)}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, str):
        if len(value) <= LONG_SIZE:
            return value
        return digest("text", value.encode())
    if isinstance(value, (bytes, bytearray)):
        if len(value) <= LONG_SIZE:
            return {"$bytes": bytes(value).hex()}
        return digest("bytes", bytes(value))
    if isinstance(value, (list, tuple)):
        return [encode_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode_value(item) for key, item in value.items()}
    return {"$unknown": repr(value)}
