"""The endpoints. No trailing slashes."""

from django.urls import path

from api.videos import views

urlpatterns = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("api/videos", views.endpoint(POST=views.create)),
    path("api/videos/<int:video_id>", views.endpoint(GET=views.show, DELETE=views.delete)),
    path("api/videos/<int:video_id>/upload-complete", views.endpoint(POST=views.upload_complete)),
    path("api/videos/<int:video_id>/retry", views.endpoint(POST=views.retry)),
    path("api/videos/<int:video_id>/cancel", views.endpoint(POST=views.cancel)),
]
handler400 = "api.videos.answers.bad_request"
handler404 = "api.videos.answers.not_found"
handler500 = "api.videos.answers.server_error"
