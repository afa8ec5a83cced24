from django.urls import URLPattern, URLResolver, path

from billing.views import credit, desk, documents, memberships, payments, plans, queue, quotes, shifts

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
    path("payments/<uuid:pk>/credit/", desk.payment_credit, name="payment_credit"),
    path("credit/", credit.own_credit, name="credit"),
    path("desk/", desk.desk_page, name="desk"),
    path("desk/payments/<uuid:pk>/", desk.desk_payment, name="desk_payment"),
    path("desk/credit/<uuid:pk>/", credit.patient_credit, name="patient_credit"),
    path("desk/shifts/", shifts.shifts_page, name="shifts"),
    path("desk/shifts/open/", shifts.shift_open, name="shift_open"),
    path("desk/shifts/<uuid:pk>/", shifts.shift_page, name="shift"),
    path("documents/billing/", documents.documents_page, name="billing_documents"),
    path("documents/billing/<uuid:pk>/", documents.document_page, name="billing_document"),
    path("documents/billing/<uuid:pk>.pdf", documents.document_pdf, name="billing_document_pdf"),
    path("documents/billing/<uuid:pk>/correct/", documents.document_correct, name="billing_document_correct"),
    path("quote/", quotes.quote, name="quote"),
    path("quote/<uuid:pk>/", quotes.appointment_quote, name="appointment_quote"),
    path("medical-aid/", memberships.medical_aid, name="medical_aid"),
    path("medical-aid/end/", memberships.medical_aid_end, name="medical_aid_end"),
    path("memberships/", memberships.listing, name="memberships"),
    path("memberships/enter/<uuid:patient_id>/", memberships.enter, name="membership_enter"),
    path("memberships/<uuid:pk>/", memberships.membership, name="membership"),
    path("memberships/<uuid:pk>/verify/", memberships.verify, name="membership_verify"),
    path("memberships/<uuid:pk>/return/", memberships.send_back, name="membership_return"),
    path("memberships/<uuid:pk>/card/", memberships.card, name="membership_card"),
    path("plans/", plans.listing, name="plans"),
    path("plans/new/", plans.new, name="plan_new"),
    path("plans/<uuid:pk>/", plans.edit, name="plan"),
    path("plans/<uuid:pk>/rates/new/", plans.rate_new, name="plan_rate_new"),
    path("plans/<uuid:pk>/rates/<uuid:rate_id>/", plans.rate_edit, name="plan_rate"),
    path("plans/<uuid:pk>/rates/<uuid:rate_id>/remove/", plans.rate_remove, name="plan_rate_remove"),
]
