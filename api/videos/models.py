"""The two tables. They hold facts; who may change a state, and how, is in `states` and `jobs`."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from api.videos.states import ACTIVE, State, VideoStatus

DETAIL_LIMIT = 2000
"""Characters of error_detail."""


class Video(models.Model):
    """One uploaded video of a tenant. `hls_path` is a key of the bucket and stays while a forced retry runs.

    `source_etag` is empty until the upload was seen. `deleted_at`: the row stays, the API does not show it any more;
    `delete_sent_at`: its objects were handed to the delete queue.
    """

    tenant_id = models.CharField(max_length=64)
    filename = models.CharField(max_length=255, default="")
    file_key = models.CharField(max_length=1024, default="")
    source_etag = models.CharField(max_length=128, default="")
    source_size = models.BigIntegerField(default=0)
    status = models.CharField(max_length=16, default=VideoStatus.UPLOADED.value)
    hls_path = models.CharField(max_length=1024, default="")
    duration = models.FloatField(null=True)
    current_job = models.ForeignKey("VideoTranscodeJob", null=True, on_delete=models.SET_NULL, related_name="+")
    error_code = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)
    delete_sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [  # noqa: RUF012
            models.CheckConstraint(condition=Q(status__in=[each.value for each in VideoStatus]), name="video_status"),
        ]
        indexes = [  # noqa: RUF012
            models.Index(
                fields=["deleted_at"],
                name="video_delete_unsent",
                condition=Q(deleted_at__isnull=False, delete_sent_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"video {self.pk} ({self.status})"


class VideoTranscodeJob(models.Model):
    """One encoding of one video, over one or more attempts.

    `executor_id`: the Batch job (or local process) that really runs this attempt; `aws_batch_job_id`: the one that
    was submitted for it. They differ after a lost answer, and then the executor decides. A QUEUED row without
    `aws_batch_job_id` is the outbox of submissions. `output_prefix` ends in `/`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=16, default=State.QUEUED.value)
    attempt = models.PositiveIntegerField(default=1)
    aws_batch_job_id = models.CharField(max_length=128, default="")
    executor_id = models.CharField(max_length=128, default="")
    submit_tried_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_retry_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    output_prefix = models.CharField(max_length=1024, default="")
    progress = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=64, default="")
    error_detail = models.TextField(max_length=DETAIL_LIMIT, default="")
    source_etag = models.CharField(max_length=128, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [  # noqa: RUF012
            models.UniqueConstraint(
                fields=["video"],
                condition=Q(state__in=[each.value for each in ACTIVE]),
                name="one_active_job_a_video",
            ),
            models.CheckConstraint(condition=Q(state__in=[each.value for each in State]), name="job_state"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="job_attempt"),
        ]
        indexes = [  # noqa: RUF012
            models.Index(fields=["state", "finished_at"], name="job_state_finished"),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} attempt {self.attempt} ({self.state})"

    @property
    def batch_name(self) -> str:
        """The name of this attempt's Batch job: what a lost submission is found again by."""
        return f"vt-{self.pk}-a{self.attempt}"

    @property
    def batch_id(self) -> str:
        """The Batch job that decides over this attempt; empty when none is known."""
        return str(self.executor_id or self.aws_batch_job_id)
