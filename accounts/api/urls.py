from django.urls import URLPattern, URLResolver, path

from accounts.api import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("register/", views.RegisterView.as_view(), name="api-register"),
    path("login/", views.LoginView.as_view(), name="api-login"),
    path("logout/", views.LogoutView.as_view(), name="api-logout"),
    path("profile/", views.ProfileView.as_view(), name="api-profile"),
    path("people/<uuid:pk>/photo/", views.PhotoView.as_view(), name="api-photo"),
    path("socket-ticket/", views.SocketTicketView.as_view(), name="api-socket-ticket"),
]
