from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from .cancellation import CancellationView
from .documents import BillingDocumentViewSet
from .payments import PaymentViewSet
from .quotes import AppointmentQuoteView, QuoteView

router = SimpleRouter(use_regex_path=False)
router.register("payments", PaymentViewSet, basename="api-payment")
router.register("billing-documents", BillingDocumentViewSet, basename="api-billing-document")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("quote/", QuoteView.as_view(), name="api-quote"),
    path("appointments/<uuid:pk>/cancellation/", CancellationView.as_view(), name="api-cancellation"),
    path("appointments/<uuid:pk>/quote/", AppointmentQuoteView.as_view(), name="api-appointment-quote"),
]
