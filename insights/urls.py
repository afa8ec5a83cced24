from django.urls import URLPattern, URLResolver, path

from insights.views import home, indexing, merge, person

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.welcome, name="welcome"),
    path("home/", home.home, name="home"),
    path("people/<uuid:pk>/", person.person, name="person"),
    path("people/<uuid:pk>/merge/", merge.choose_other, name="person_merge"),
    path("people/<uuid:pk>/merge/<uuid:other_pk>/", merge.merge, name="person_merge_with"),
    path("robots.txt", indexing.robots, name="robots"),
    path("sitemap.xml", indexing.sitemap, name="sitemap"),
]
