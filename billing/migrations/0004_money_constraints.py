import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    """After the amounts are filled in."""

    dependencies = [("billing", "0003_what_arrived")]

    operations = [
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('received__gte', 0)), name='payment_received_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('refund_owed__lte', models.F('received')), ('refunded__gte', 0), ('refunded__lte', models.F('refund_owed'))), name='payment_refund_within_received'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'charge'), models.Q(('status', 'expired'), _negated=True)), fields=('appointment',), name='payment_one_charge'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('outcome__in', ['rejected', 'asked_again', 'abandoned']), _negated=True), models.Q(('reference_key', ''), _negated=True)), fields=('scheme', 'reference_key'), name='attempt_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('outcome__in', ['rejected', 'asked_again', 'abandoned']), _negated=True), models.Q(('proof_digest', ''), _negated=True)), fields=('proof_digest',), name='attempt_proof_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', 'pending')), fields=('payment',), name='attempt_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('client_id', ''), _negated=True), fields=('submitted_by', 'client_id'), name='attempt_client_id_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('gateway_id', ''), _negated=True), fields=('scheme', 'gateway_id'), name='attempt_gateway_id_once'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('outcome', 'accepted')), models.Q(('outcome', 'accepted'), _negated=True), _connector='OR'), name='attempt_accepted_has_amount'),
        ),
    ]
