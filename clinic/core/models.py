"""The base every table shares. The kernel itself owns no table."""

import uuid

from django.db import models


class BaseModel(models.Model):
    """UUID key (safe to show, never counts the clinic's patients) and when the row came and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
