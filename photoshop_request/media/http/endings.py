"""Whether a file looks cut off, by its last bytes alone: cheap enough for every picture."""

from photoshop_request.media.http.body import Body

__all__ = ["looks_cut"]


def looks_cut(kind: str, body: Body) -> bool:
    """Whether the end that the format `kind` (of `decode.sniff`) asks for is missing.

    True is a suspicion only: some writers leave the end out, or append to it; decoding settles it. False is no promise.
    """
    match kind:
        case "JPEG":
            # in a cut file the last marker that starts a scan comes after any end of image (that of a thumbnail)
            end = body.tail.rfind(b"\xff\xd9")
            return end < len(body.tail) - 2 and end <= body.tail.rfind(b"\xff\xda")
        case "PNG":
            return b"IEND" not in body.tail
        case "GIF":
            return not body.tail.rstrip(b"\0").endswith(b";")
        case "WEBP":
            return int.from_bytes(body.head[4:8], "little") + 8 > body.size
        case "BMP":
            return int.from_bytes(body.head[2:6], "little") > body.size
        case _:
            return True  # rare formats, without an end of their own
