"""HTTP in, HTTP out: reads a request into checked values, calls an action, words its outcome. Holds no rule."""

import json
import logging
import unicodedata
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from api.videos import actions, backlog
from api.videos.answers import Refused, payload
from api.videos.auth import tenant_of
from api.videos.models import Video
from api.videos.r2 import StoreError

View = Callable[..., HttpResponse]
NAME_LIMIT = 255
_log = logging.getLogger(__name__)


def endpoint(**views: View) -> View:
    """The views of one path by method, each called with the tenant; every refusal becomes an answer here."""

    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            return _dispatch(views, request, path)
        except Refused as refused:
            return refused.answer()
        except StoreError as down:
            _log.warning("store: %s", down)
            return Refused(503, "store_unavailable", "the object store does not answer").answer()
        except (OperationalError, InterfaceError) as down:
            _log.warning("database: %s", type(down).__name__)
            return Refused(503, "database_unavailable", "the database does not answer").answer()

    return answer


def _dispatch(views: dict[str, View], request: HttpRequest, path: dict[str, Any]) -> HttpResponse:
    tenant = tenant_of(request)
    view = views.get(request.method or "")
    if view is None:
        raise Refused(405, "method_not_allowed", f"this path takes {', '.join(sorted(views))}")
    return view(request, tenant, **path)


def create(request: HttpRequest, tenant: str) -> HttpResponse:
    body = _body(request)
    video, url = actions.create(tenant, _filename(body), _size(body))
    return payload(201, id=video.pk, file_key=video.file_key, upload_url=url)


def upload_complete(request: HttpRequest, tenant: str, video_id: int) -> HttpResponse:
    file_key = _field(_body(request), "file_key", str, None)
    done = actions.complete_upload(tenant, video_id, file_key)
    return payload(202 if done.is_new else 200, **_shown(done.video))


def retry(request: HttpRequest, tenant: str, video_id: int) -> HttpResponse:
    done = actions.retry(tenant, video_id, force=_field(_body(request), "force", bool, False))
    return payload(202, **_shown(done.video))


def cancel(request: HttpRequest, tenant: str, video_id: int) -> HttpResponse:
    return payload(200, **_shown(actions.cancel(tenant, video_id).video))


def show(request: HttpRequest, tenant: str, video_id: int) -> HttpResponse:
    return payload(200, **_shown(actions.read(tenant, video_id)))


def delete(request: HttpRequest, tenant: str, video_id: int) -> HttpResponse:
    actions.delete(tenant, video_id)
    return HttpResponse(status=204)


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return payload(200, status="ok")


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers. Redis is shown, not required."""
    redis, waiting = backlog.shown()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return payload(503, status="down", database="down", redis=redis, backlog=waiting)
    return payload(200, status="ok", database="ok", redis=redis, backlog=waiting)


def _shown(video: Video) -> dict[str, Any]:
    job = video.current_job
    return {
        "id": video.pk,
        "status": video.status,
        "hls_path": video.hls_path,
        "duration": video.duration,
        "error_code": video.error_code,
        "job": job
        and {
            "id": str(job.pk),
            "state": job.state,
            "attempt": job.attempt,
            "progress": job.progress,
            "aws_batch_job_id": job.aws_batch_job_id,
        },
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; nothing sent is an empty one."""
    try:
        body = json.loads(request.body or b"{}")
    except RequestDataTooBig as large:
        raise Refused(413, "body_too_large", "the request's body is too large") from large
    except (ValueError, RecursionError) as broken:
        raise Refused(400, "invalid_json", "the body is not JSON") from broken
    if not isinstance(body, dict):
        raise Refused(400, "invalid_json", "the body is not a JSON object")
    return body


def _field(body: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    """A field of exactly this type: true is no number."""
    value = body.get(name, default)
    if value is not default and type(value) is not kind:
        raise Refused(400, "invalid_field", f"{name} is not a {kind.__name__}")
    return value


def _filename(body: dict[str, Any]) -> str:
    """Shown to people only; no part of a path or key. Still, it is to be a name."""
    name = str(_field(body, "filename", str, ""))
    # Control characters and lone surrogates: PostgreSQL refuses NUL, UTF-8 the latter.
    is_odd = any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    if not name.strip(". ") or len(name) > NAME_LIMIT or is_odd or set(name) & set("/\\"):
        raise Refused(422, "filename", f"filename is not a file's name of at most {NAME_LIMIT} characters")
    return name


def _size(body: dict[str, Any]) -> int:
    size = int(_field(body, "size", int, 0))
    if size < 1:
        raise Refused(422, "size", "size is the number of bytes of the upload, 1 at least")
    return size
