"""The app `videos`."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "api.videos"
    label = "videos"
    default_auto_field = "django.db.models.BigAutoField"
