"""What third_party.py and container.py compare of answers."""

import os

from checks import same


def headers(request, answer):
    """Those of an answer, in order of their names, but for those of the connection."""
    left = {"date", "connection", "keep-alive", "transfer-encoding"}
    # Where there is no body, a length tells something.
    if request.method != "HEAD" and answer.status != 304:
        left.add("content-length")
    pairs = [(name.lower(), value) for name, value in answer.headers]
    return by_name(pair for pair in pairs if pair[0] not in left)


def joined(gateway, pairs):
    """The headers as the gateway's replies can have them: with one value each, but for cookies."""
    if gateway in ("rest", "http-v1", "alb-multi"):
        return pairs
    values = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    cookies = [("set-cookie", value) for value in values.pop("set-cookie", [])]
    return by_name(cookies + [(name, ", ".join(each)) for name, each in values.items()])


def by_name(pairs):
    # The sort is stable: values of one name keep their order.
    return sorted(pairs, key=lambda pair: pair[0])


def same_bytes(actual, expected):
    """Shows where they begin to differ."""
    at = len(os.path.commonprefix([actual, expected]))
    from_ = max(at - 40, 0)
    same((len(actual), actual[from_ : at + 40]), (len(expected), expected[from_ : at + 40]))
