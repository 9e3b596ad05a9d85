"""What the web server itself may log: never an address, a line of a request, or its query."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class WebLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, which otherwise quotes what it could not read, with the sender's address."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Invalid request"):
            msg, args = "Invalid request", ()
        super().warning(msg, *args, **kwargs)

    def error(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Without the request's address, which may hold a search."""
        if "request" in str(msg).lower():
            msg, args, kwargs = "Error handling a request", (), {}
        super().error(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        self.error("Error handling a request")
