from django.urls import URLPattern, URLResolver, path

from insights.views import exports, figures, home, indexing, merge, person

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.welcome, name="welcome"),
    path("home/", home.home, name="home"),
    path("people/<uuid:pk>/", person.person, name="person"),
    path("people/<uuid:pk>/merge/", merge.choose_other, name="person_merge"),
    path("people/<uuid:pk>/merge/<uuid:other_pk>/", merge.merge, name="person_merge_with"),
    path("exports/", exports.listing, name="exports"),
    path("exports/new/", exports.new, name="export_new"),
    path("exports/<uuid:pk>/download/", exports.download, name="export_download"),
    path("exports/<uuid:pk>/cancel/", exports.cancel, name="export_cancel"),
    path("exports/<uuid:pk>/restart/", exports.restart, name="export_restart"),
    # Figures
    path("figures/", figures.dashboard, name="figures"),
    path("figures/behind/<slug:what>/", figures.behind, name="figures_behind"),
    path("robots.txt", indexing.robots, name="robots"),
    path("sitemap.xml", indexing.sitemap, name="sitemap"),
]
