import django.db.models.deletion
import uuid
from django.db import migrations, models

from billing.models import append_only


def guard(apps, schema_editor):
    append_only.install(schema_editor.connection)


def unguard(apps, schema_editor):
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The PDF of each document, new invoices after corrections, and triggers that refuse to change or delete rows of
    documents, their files and credit."""

    dependencies = [("billing", "0007_benefit_year_and_returned_memberships")]

    operations = [
        migrations.CreateModel(
            name="DocumentFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("file", models.FileField(upload_to="billing_documents/")),
                ("digest", models.CharField(max_length=64)),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pdf",
                        to="billing.billingdocument",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RemoveConstraint(model_name="billingdocument", name="billing_document_one_invoice"),
        migrations.AddConstraint(
            model_name="billingdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", True), ("kind", "invoice")),
                fields=("payment",),
                name="billing_document_one_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "invoice")),
                fields=("corrects",),
                name="billing_document_one_new_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0), ("total__gt", 0)), name="billing_document_total_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "receipt"), _negated=True), ("attempt__isnull", False), _connector="OR"),
                name="billing_document_receipt_has_attempt",
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
