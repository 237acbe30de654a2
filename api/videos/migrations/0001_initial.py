"""The two tables, with the constraints that keep a video from having two active jobs."""

import uuid
from typing import Any, ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Video",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant_id", models.CharField(max_length=64)),
                ("filename", models.CharField(default="", max_length=255)),
                ("file_key", models.CharField(default="", max_length=1024)),
                ("source_etag", models.CharField(default="", max_length=128)),
                ("source_size", models.BigIntegerField(default=0)),
                ("status", models.CharField(default="UPLOADED", max_length=16)),
                ("hls_path", models.CharField(default="", max_length=1024)),
                ("duration", models.FloatField(null=True)),
                ("error_code", models.CharField(default="", max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("delete_sent_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VideoTranscodeJob",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("state", models.CharField(default="QUEUED", max_length=16)),
                ("attempt", models.PositiveIntegerField(default=1)),
                ("aws_batch_job_id", models.CharField(default="", max_length=128)),
                ("executor_id", models.CharField(default="", max_length=128)),
                ("submit_tried_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_retry_at", models.DateTimeField(null=True)),
                ("missing_since", models.DateTimeField(null=True)),
                ("output_prefix", models.CharField(default="", max_length=1024)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("error_code", models.CharField(default="", max_length=64)),
                ("error_detail", models.TextField(default="", max_length=2000)),
                ("source_etag", models.CharField(default="", max_length=128)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="jobs", to="videos.video"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="video",
            name="current_job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="videos.videotranscodejob"
            ),
        ),
        migrations.AddIndex(
            model_name="videotranscodejob",
            index=models.Index(fields=["state", "finished_at"], name="job_state_finished"),
        ),
        migrations.AddConstraint(
            model_name="videotranscodejob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["QUEUED", "RUNNING", "FAILED", "RETRY_WAIT"])),
                fields=("video",),
                name="one_active_job_a_video",
            ),
        ),
        migrations.AddConstraint(
            model_name="videotranscodejob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "RETRY_WAIT", "DEAD", "CANCELLED"])
                ),
                name="job_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="videotranscodejob",
            constraint=models.CheckConstraint(condition=models.Q(("attempt__gte", 1)), name="job_attempt"),
        ),
        migrations.AddIndex(
            model_name="video",
            index=models.Index(
                condition=models.Q(("delete_sent_at__isnull", True), ("deleted_at__isnull", False)),
                fields=["deleted_at"],
                name="video_delete_unsent",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["UPLOADED", "PROCESSING", "READY", "FAILED"])), name="video_status"
            ),
        ),
    ]
