import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Attempts take in all methods; quotes, medical aid, statements, desk, documents."""

    dependencies = [
        ('billing', '0001_initial'),
        ('scheduling', '0002_resources_referrals_waiting_and_the_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel('Submission', 'Attempt'),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(blank=True, max_length=40, verbose_name='authorisation number')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='amount granted')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('status', models.CharField(choices=[('asked', 'Asked'), ('granted', 'Granted'), ('refused', 'Refused'), ('expired', 'Expired')], default='asked', max_length=8, verbose_name='status')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='AuthorisationStatusChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(blank=True, max_length=24)),
                ('to_status', models.CharField(max_length=24)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BillingDocument',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('receipt', 'Receipt'), ('credit_note', 'Credit note')], max_length=12, verbose_name='kind')),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('total', models.DecimalField(decimal_places=2, max_digits=10)),
                ('currency', models.CharField(max_length=3)),
                ('content', models.JSONField()),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CancellationRule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('hours_before', models.PositiveIntegerField(unique=True, verbose_name='hours before the visit')),
                ('refund_percent', models.PositiveSmallIntegerField(verbose_name='refund in per cent')),
            ],
            options={
                'ordering': ['-hours_before'],
            },
        ),
        migrations.CreateModel(
            name='CashShift',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('opening_float', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='change in the drawer')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('expected', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('counted', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='counted')),
                ('denominations', models.JSONField(blank=True, default=dict)),
                ('note', models.CharField(blank=True, max_length=240, verbose_name='note')),
            ],
            options={
                'ordering': ['-opened_at'],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('expected', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='expected')),
                ('actual', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='paid by the insurer')),
                ('currency', models.CharField(max_length=3)),
                ('number', models.CharField(blank=True, max_length=40, verbose_name='claim number')),
                ('status', models.CharField(choices=[('ready', 'To be sent'), ('submitted', 'Sent'), ('accepted', 'Accepted'), ('accepted_in_part', 'Accepted in part'), ('rejected', 'Rejected'), ('settled', 'Paid by the insurer'), ('withdrawn', 'Withdrawn')], default='ready', max_length=16, verbose_name='status')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ClaimStatusChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(blank=True, max_length=24)),
                ('to_status', models.CharField(max_length=24)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CreditEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10)),
                ('balance', models.DecimalField(decimal_places=2, max_digits=10)),
                ('currency', models.CharField(max_length=3)),
                ('reason', models.CharField(choices=[('overpaid', 'Paid too much'), ('covered_more', 'The medical aid paid more than expected'), ('refund', 'Refund kept as credit'), ('used', 'Used for a payment'), ('paid_out', 'Paid out'), ('returned', 'Returned')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=240)),
            ],
            options={
                'ordering': ['patient', '-number'],
            },
        ),
        migrations.CreateModel(
            name='GatewayEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('gateway', models.CharField(max_length=24)),
                ('key', models.CharField(max_length=128)),
                ('status', models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(max_length=40, verbose_name='membership number')),
                ('number_key', models.CharField(max_length=40)),
                ('holder_name', models.CharField(blank=True, max_length=120, verbose_name='name on the card')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('card', models.ImageField(blank=True, upload_to='cards/', verbose_name='picture of the card')),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('receipt', 'Receipt'), ('credit_note', 'Credit note')], max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='plan')),
                ('insurer', models.CharField(max_length=80, verbose_name='insurer')),
                ('cover_percent', models.DecimalField(decimal_places=2, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='cover in per cent')),
                ('co_payment_kind', models.CharField(choices=[('none', 'None'), ('fixed', 'Fixed amount'), ('percent', 'Percentage of the charge')], default='none', max_length=8, verbose_name='co-payment')),
                ('co_payment', models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='co-payment')),
                ('annual_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='limit a year')),
                ('needs_authorisation', models.BooleanField(default=False, verbose_name='needs authorisation')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'ordering': ['insurer', 'name'],
            },
        ),
        migrations.CreateModel(
            name='PlanRate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('scheme_rate', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='scheme rate')),
                ('cover_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='cover in per cent')),
                ('needs_authorisation', models.BooleanField(blank=True, null=True, verbose_name='needs authorisation')),
            ],
            options={
                'ordering': ['service__name'],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('charge', models.DecimalField(decimal_places=2, max_digits=10)),
                ('covered', models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                ('co_payment', models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                ('shortfall', models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                ('currency', models.CharField(max_length=3)),
                ('basis', models.JSONField(default=dict)),
                ('authorisation_open', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='amount')),
                ('method', models.CharField(choices=[('qr', 'QR payment'), ('bank_transfer', 'Bank transfer'), ('mobile_money', 'Mobile money'), ('cash', 'Cash'), ('card', 'Card at the desk'), ('online', 'Online'), ('credit', 'Credit with the clinic')], max_length=14, verbose_name='how')),
                ('destination', models.CharField(blank=True, max_length=120, verbose_name='to')),
                ('reference', models.CharField(blank=True, max_length=40, verbose_name='reference')),
                ('reason', models.CharField(blank=True, max_length=240, verbose_name='reason')),
                ('outcome', models.CharField(choices=[('pending', 'To be sent'), ('sent', 'Sent'), ('failed', 'Failed')], default='pending', max_length=8)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=140)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scheme', models.CharField(default='bank', max_length=24)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='StatementLayout',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name of the layout')),
                ('delimiter', models.CharField(default=',', max_length=1)),
                ('encoding', models.CharField(default='utf-8', max_length=16)),
                ('date_format', models.CharField(default='%Y-%m-%d', max_length=24)),
                ('decimal_mark', models.CharField(default='.', max_length=1)),
                ('columns', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField()),
                ('key', models.CharField(max_length=64, unique=True)),
                ('booked_on', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('currency', models.CharField(max_length=3)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('description', models.CharField(blank=True, max_length=240)),
                ('payer', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(choices=[('open', 'Not matched'), ('confirmed', 'Confirmed'), ('ignored', 'Set aside')], default='open', max_length=9)),
            ],
            options={
                'ordering': ['statement', 'number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='submission_reference_once',
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='submission_proof_once',
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='submission_one_pending',
        ),
        migrations.AddField(
            model_name='attempt',
            name='amount',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='amount'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='client_id',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='attempt',
            name='first_approval_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='first_approval_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attempt',
            name='gateway_id',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='attempt',
            name='method',
            field=models.CharField(choices=[('qr', 'QR payment'), ('bank_transfer', 'Bank transfer'), ('mobile_money', 'Mobile money'), ('cash', 'Cash'), ('card', 'Card at the desk'), ('online', 'Online'), ('credit', 'Credit with the clinic')], default='qr', max_length=14, verbose_name='method'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='proof_findings',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='attempt',
            name='proof_hash',
            field=models.CharField(blank=True, db_index=True, max_length=16),
        ),
        migrations.AddField(
            model_name='attempt',
            name='resembles',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.attempt'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='reviewed_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='reviewer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attempt',
            name='scheme',
            field=models.CharField(default='bank', max_length=24),
        ),
        migrations.AddField(
            model_name='payment',
            name='kind',
            field=models.CharField(choices=[('charge', 'Visit'), ('shortfall', 'Not covered by the medical aid'), ('fee', 'Cancellation fee')], default='charge', max_length=10),
        ),
        migrations.AddField(
            model_name='payment',
            name='received',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name='received'),
        ),
        migrations.AddField(
            model_name='payment',
            name='refund_owed',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=10),
        ),
        migrations.AddField(
            model_name='payment',
            name='refunded',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=10),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='bank_reference',
            field=models.CharField(blank=True, max_length=40, verbose_name='bank reference'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(choices=[('started', 'Started'), ('pending', 'Being checked'), ('accepted', 'Accepted'), ('rejected', 'Rejected'), ('asked_again', 'Asked again'), ('abandoned', 'Given up')], default='pending', max_length=11),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='billing.payment'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='reference_key',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='appointment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.service'),
        ),
        migrations.AddField(
            model_name='authorisationstatuschange',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='authorisationstatuschange',
            name='authorisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='billing.authorisation'),
        ),
        migrations.AddField(
            model_name='billingdocument',
            name='attempt',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='billing.attempt'),
        ),
        migrations.AddField(
            model_name='billingdocument',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='billing.billingdocument'),
        ),
        migrations.AddField(
            model_name='billingdocument',
            name='issued_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='billingdocument',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='billing.payment'),
        ),
        migrations.AddConstraint(
            model_name='cancellationrule',
            constraint=models.CheckConstraint(condition=models.Q(('refund_percent__lte', 100)), name='cancellation_rule_percentage'),
        ),
        migrations.AddField(
            model_name='cashshift',
            name='cashier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_shifts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attempt',
            name='shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='billing.cashshift'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['outcome', 'decided_at'], name='attempt_outcome_time'),
        ),
        migrations.AddField(
            model_name='claim',
            name='appointment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='claimstatuschange',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claimstatuschange',
            name='claim',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='billing.claim'),
        ),
        migrations.AddField(
            model_name='creditentry',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='creditentry',
            name='attempt',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_entry', to='billing.attempt'),
        ),
        migrations.AddField(
            model_name='creditentry',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_entries', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='creditentry',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='gatewayevent',
            name='attempt',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gateway_events', to='billing.attempt'),
        ),
        migrations.AddField(
            model_name='membership',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='medical_aid_memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='verified_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='billing.membership'),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='billing.membership'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.UniqueConstraint(fields=('kind', 'year'), name='number_series_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('cover_percent__gte', 0), ('cover_percent__lte', 100)), name='plan_cover_percentage'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('co_payment__gte', 0)), name='plan_co_payment_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('co_payment_kind', 'percent'), _negated=True), ('co_payment__lte', 100), _connector='OR'), name='plan_co_payment_percentage'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('annual_limit__isnull', True), ('annual_limit__gte', 0), _connector='OR'), name='plan_limit_not_negative'),
        ),
        migrations.AddField(
            model_name='membership',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='billing.plan', verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='planrate',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='billing.plan'),
        ),
        migrations.AddField(
            model_name='planrate',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.service'),
        ),
        migrations.AddField(
            model_name='quote',
            name='appointment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quote', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='quote',
            name='membership',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotes', to='billing.membership'),
        ),
        migrations.AddField(
            model_name='refund',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.payment'),
        ),
        migrations.AddField(
            model_name='refund',
            name='shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.cashshift'),
        ),
        migrations.AddField(
            model_name='creditentry',
            name='refund',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_entry', to='billing.refund'),
        ),
        migrations.AddField(
            model_name='billingdocument',
            name='refund',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_note', to='billing.refund'),
        ),
        migrations.AddField(
            model_name='statement',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statement',
            name='layout',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='billing.statementlayout'),
        ),
        migrations.AddField(
            model_name='statementline',
            name='attempt',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statement_line', to='billing.attempt'),
        ),
        migrations.AddField(
            model_name='statementline',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statementline',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='billing.statement'),
        ),
        migrations.AddConstraint(
            model_name='cashshift',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('cashier',), name='cash_shift_one_open'),
        ),
        migrations.AddConstraint(
            model_name='cashshift',
            constraint=models.CheckConstraint(condition=models.Q(('opening_float__gte', 0)), name='cash_shift_float_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='cashshift',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('counted__gte', 0), ('counted__isnull', False), ('expected__isnull', False)), _connector='OR'), name='cash_shift_closed_is_counted'),
        ),
        migrations.AddConstraint(
            model_name='gatewayevent',
            constraint=models.UniqueConstraint(fields=('gateway', 'key'), name='gateway_event_once'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['status', 'created_at'], name='claim_queue'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('expected__gte', 0), models.Q(('actual__isnull', True), ('actual__gte', 0), _connector='OR')), name='claim_not_negative'),
        ),
        migrations.AddIndex(
            model_name='authorisation',
            index=models.Index(fields=['status', 'created_at'], name='authorisation_queue'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['asked', 'granted'])), fields=('appointment',), name='authorisation_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('patient',), name='membership_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('plan', 'number_key'), name='membership_number_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='membership_forward'),
        ),
        migrations.AddConstraint(
            model_name='planrate',
            constraint=models.UniqueConstraint(fields=('plan', 'service'), name='plan_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='planrate',
            constraint=models.CheckConstraint(condition=models.Q(('scheme_rate__isnull', True), ('cover_percent__isnull', True), _connector='OR'), name='plan_rate_one_way'),
        ),
        migrations.AddConstraint(
            model_name='planrate',
            constraint=models.CheckConstraint(condition=models.Q(('scheme_rate__isnull', True), ('scheme_rate__gte', 0), _connector='OR'), name='plan_rate_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='planrate',
            constraint=models.CheckConstraint(condition=models.Q(('cover_percent__isnull', True), models.Q(('cover_percent__gte', 0), ('cover_percent__lte', 100)), _connector='OR'), name='plan_rate_percentage'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.CheckConstraint(condition=models.Q(('charge', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('covered'), '+', models.F('co_payment')), '+', models.F('shortfall'))), ('co_payment__gte', 0), ('covered__gte', 0), ('shortfall__gte', 0)), name='quote_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', 'pending')), fields=('payment',), name='refund_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='creditentry',
            constraint=models.UniqueConstraint(fields=('patient', 'number'), name='credit_entry_number_once'),
        ),
        migrations.AddConstraint(
            model_name='creditentry',
            constraint=models.CheckConstraint(condition=models.Q(('balance__gte', 0)), name='credit_balance_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='creditentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='credit_entry_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='billingdocument',
            constraint=models.UniqueConstraint(fields=('kind', 'year', 'number'), name='billing_document_number_once'),
        ),
        migrations.AddConstraint(
            model_name='billingdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'invoice')), fields=('payment',), name='billing_document_one_invoice'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(fields=['state', 'booked_on'], name='statement_line_state'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('attempt__isnull', False), ('state', 'confirmed')), models.Q(models.Q(('state', 'confirmed'), _negated=True), ('attempt__isnull', True)), _connector='OR'), name='statement_line_confirmed_has_attempt'),
        ),
    ]
