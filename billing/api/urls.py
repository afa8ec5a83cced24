from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from .payments import PaymentViewSet

router = SimpleRouter(use_regex_path=False)
router.register("payments", PaymentViewSet, basename="api-payment")

urlpatterns: list[URLPattern | URLResolver] = router.urls
