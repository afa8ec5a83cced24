from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    """Until now a payment was confirmed in whole, and refunded in whole."""
    Payment, Attempt = apps.get_model("billing", "Payment"), apps.get_model("billing", "Attempt")
    Payment.objects.filter(status__in=["confirmed", "refund_due", "refunded"]).update(received=F("amount"))
    Payment.objects.filter(status__in=["refund_due", "refunded"]).update(refund_owed=F("amount"))
    Payment.objects.filter(status="refunded").update(refunded=F("amount"))
    for attempt in Attempt.objects.filter(outcome="accepted").select_related("payment").iterator(1000):
        Attempt.objects.filter(pk=attempt.pk).update(amount=attempt.payment.amount)


class Migration(migrations.Migration):
    """What arrived for each payment, and what went back."""

    dependencies = [("billing", "0002_money_tables")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
