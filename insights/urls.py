from django.urls import URLPattern, URLResolver, path

from insights.views import home, indexing, person

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.welcome, name="welcome"),
    path("home/", home.home, name="home"),
    path("people/<uuid:pk>/", person.person, name="person"),
    path("robots.txt", indexing.robots, name="robots"),
    path("sitemap.xml", indexing.sitemap, name="sitemap"),
]
