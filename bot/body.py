"""Reading a request's body up to a limit: Starlette itself has none."""

from starlette.requests import Request


class BodyTooLarge(Exception):
    """More bytes were announced or sent than are taken."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body; raises `BodyTooLarge` as soon as it is known to be."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge
    return bytes(body)
