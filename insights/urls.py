from django.urls import URLPattern, URLResolver, path

from insights.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.welcome, name="welcome"),
    path("home/", home.home, name="home"),
]
