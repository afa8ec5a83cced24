from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", lambda request: HttpResponse("welcome"), name="welcome"),
    path("home/", lambda request: HttpResponse("home"), name="home"),
]
