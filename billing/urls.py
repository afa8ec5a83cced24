from django.urls import URLPattern, URLResolver, path

from billing.views import payments, queue

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments/", payments.payments_page, name="payments"),
    path("payments/<uuid:pk>/", payments.payment_page, name="payment"),
    path("payments/<uuid:pk>/qr.svg", payments.payment_qr, name="payment_qr"),
    path("payments/<uuid:pk>/qr.png", payments.payment_qr_picture, name="payment_qr_picture"),
    path("payments/<uuid:pk>/proof/<uuid:attempt_id>/", payments.payment_proof, name="payment_proof"),
    path(
        "payments/<uuid:pk>/confirm/", queue.payment_decision, {"decision": "confirm"}, name="payment_confirm"
    ),
    path("payments/<uuid:pk>/reject/", queue.payment_decision, {"decision": "reject"}, name="payment_reject"),
    path("payments/<uuid:pk>/refund/", queue.payment_decision, {"decision": "refund"}, name="payment_refund"),
]
