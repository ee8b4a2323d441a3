"""What all pages of the panel share: the closed base, and the decorator that names a route."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from flask import request
from flask_admin import BaseView
from flask_admin import expose as _expose

from admin.access import may

View = TypeVar("View", bound=Callable[..., Any])


def expose(url: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Flask-Admin's decorator, with a type."""
    decorator: Callable[[View], View] = _expose(url, methods)
    return decorator


class Closed:
    """What every view of ours is: closed at a second lock, and honest about where a fault comes from."""

    family: ClassVar[str | None] = None
    """Endpoint of the view in the menu that it belongs to and whose tabs it shows."""

    def is_accessible(self) -> bool:
        """The guard at the door decided already; this is the second lock."""
        return may(request.endpoint or "")

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)  # the original calls again on a TypeError and hides where it came from


class PanelView(Closed, BaseView):  # type: ignore[misc]
    """A page, or several, about one noun. `title` is the key of its name in the menu, `room` the part of the menu it stands in."""

    endpoint_name: ClassVar[str]
    title: ClassVar[str]
    room: ClassVar[str | None] = None
    tab: ClassVar[str | None] = None
    """Key of its name among the tabs of its family, where it is one of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(name=self.title, endpoint=self.endpoint_name, **options)
