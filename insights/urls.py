from django.urls import URLPattern, URLResolver, path

from insights.views import home, indexing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.welcome, name="welcome"),
    path("home/", home.home, name="home"),
    path("robots.txt", indexing.robots, name="robots"),
    path("sitemap.xml", indexing.sitemap, name="sitemap"),
]
