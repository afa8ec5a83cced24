"""People in the Django admin. Roles decide everything, so there are no groups and permissions."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from knox.models import AuthToken

from accounts.domain import people, second_factor, trail
from accounts.enums import ActivityVerb, Role
from accounts.models import (
    Activity,
    BreakGlass,
    CareLink,
    DoctorProfile,
    PatientProfile,
    Specialty,
    User,
)
from clinic.core.admin import Kept, ReadOnly
from clinic.core.errors import DomainError
from clinic.core.templatetags.clinic import has_icon

# Log-in to the admin is the portal's own: with its lock-out and verified address.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

admin.site.site_header = admin.site.site_title = settings.CLINIC_NAME

# Tokens, sessions, second factors and groups are no one's to edit; addresses are shown with their person.
for model in (Group, AuthToken, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class UserForm(forms.ModelForm[User]):
    """Names, phone, role and standing; role and standing are changed by the domain (`save_model`)."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "role", "is_active"]

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account with this e-mail address already."))
        return email


class NewUserForm(UserForm):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to let the person choose one by 'Forgotten password'."),
    )

    class Meta(UserForm.Meta):
        fields = ["email", "first_name", "last_name", "phone", "role"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            try:
                people.check_password(password, self.instance)
            except ValidationError as error:
                raise ValidationError(error.messages) from error
        return password


# Health basics are for the patient and the care team; admin has no need of them.
HEALTH_FIELDS = ("blood_group", "height_cm", "weight_kg", "allergies", "conditions")


class PatientInline(admin.StackedInline):  # type: ignore[type-arg]
    model = PatientProfile
    exclude = HEALTH_FIELDS
    can_delete = False


class DoctorInline(admin.StackedInline):  # type: ignore[type-arg]
    model = DoctorProfile
    can_delete = False


class NotedInTheTrail:
    """Changes of a profile are written down like those that people make themselves: which fields, not what."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        _note(request, obj.user, form.changed_data)


def _note(request: HttpRequest, user: User, changed: list[str]) -> None:
    if changed:
        patient = user if user.is_patient else None
        trail.record(
            ActivityVerb.PROFILE_CHANGED, actor=_actor(request), target=user, patient=patient, changed=changed
        )


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = UserForm
    list_display = ["name", "email", "role", "is_active", "last_login", "created_at"]
    list_filter = ["role", "is_active"]
    search_fields = ["first_name", "last_name", "email"]
    readonly_fields = ["last_login", "created_at"]
    ordering = ["first_name", "last_name", "id"]
    actions = ["deactivate", "activate", "remove_second_factor"]
    list_per_page = 50

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*(UserForm if obj else NewUserForm).base_fields, *(self.readonly_fields if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody changes their own role or standing, so that one admin remains."""
        own = ["role", "is_active"] if obj is not None and obj.pk == request.user.pk else []
        return [*self.readonly_fields, *own]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        inlines = {Role.PATIENT.value: [PatientInline], Role.DOCTOR.value: [DoctorInline]}
        return inlines.get(obj.role, []) if obj is not None else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated: their appointments, payments and records stay."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_password(form.cleaned_data["password"] or None)
            people.add_vouched(obj, actor=_actor(request))
            return
        wanted = {name: getattr(obj, name) for name in ("role", "is_active") if name in form.changed_data}
        before = User.objects.get(pk=obj.pk)
        for name in wanted:
            setattr(obj, name, getattr(before, name))
        super().save_model(request, obj, form, change)
        _note(request, obj, [name for name in form.changed_data if name not in (*wanted, "email")])
        if obj.email != before.email:
            people.follow_email(obj, actor=_actor(request))
        try:
            if "role" in wanted:
                people.change_role(obj, wanted["role"], actor=_actor(request))
            if "is_active" in wanted:
                (people.activate if wanted["is_active"] else people.deactivate)(obj, actor=_actor(request))
        except DomainError as error:
            texts = [text for field in error.fields.values() for text in field] or [error.detail]
            self.message_user(request, " ".join(texts), messages.ERROR)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        _note(request, form.instance, [name for row in formset.forms for name in row.changed_data])

    @admin.action(description=_("Deactivate: log out everywhere and let in no more"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = [user for user in queryset if user.pk != request.user.pk]
        for user in others:
            people.deactivate(user, actor=_actor(request))
        self._count(request, len(others))

    @admin.action(description=_("Activate"))
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = [user for user in queryset if user.pk != request.user.pk]
        for user in others:
            people.activate(user, actor=_actor(request))
        self._count(request, len(others))

    @admin.action(
        description=_("Take off the second factor of someone who lost it, and log them out everywhere")
    )
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = [user for user in queryset if user.pk != request.user.pk and second_factor.is_on(user)]
        for user in others:
            second_factor.remove_all(user, actor=_actor(request))
        self._count(request, len(others))

    def _count(self, request: HttpRequest, count: int) -> None:
        words = ngettext("%(count)d account changed.", "%(count)d accounts changed.", count)
        self.message_user(request, words % {"count": count})


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


class SpecialtyForm(forms.ModelForm[Specialty]):
    def clean_icon(self) -> str:
        """A name that the icon set does not have would break every page that shows the department."""
        name: str = self.cleaned_data["icon"]
        if not has_icon(name):
            raise ValidationError(_("There is no such icon. Choose a name from lucide.dev/icons."))
        return name


@admin.register(Specialty)
class SpecialtyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SpecialtyForm
    list_display = ["name", "slug", "icon", "description"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(DoctorProfile)
class DoctorProfileAdmin(Kept, NotedInTheTrail, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "specialty", "licence_number", "fee", "years_of_experience"]
    list_filter = ["specialty"]
    list_select_related = ["user", "specialty"]
    search_fields = ["user__first_name", "user__last_name", "user__email", "licence_number"]
    autocomplete_fields = ["specialty"]
    readonly_fields = ["user"]


@admin.register(PatientProfile)
class PatientProfileAdmin(Kept, NotedInTheTrail, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "date_of_birth", "gender"]
    list_filter = ["gender"]
    exclude = HEALTH_FIELDS
    list_select_related = ["user"]
    search_fields = ["user__first_name", "user__last_name", "user__email"]
    readonly_fields = ["user"]


@admin.register(CareLink)
class CareLinkAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Made by confirmed appointments; shown here, never made by hand."""

    list_display = ["patient", "doctor", "created_at"]
    list_select_related = ["patient", "doctor"]
    search_fields = ["patient__first_name", "patient__last_name", "doctor__first_name", "doctor__last_name"]
    date_hierarchy = "created_at"


@admin.register(BreakGlass)
class BreakGlassAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Management reviews these on a page of its own."""

    list_display = ["created_at", "doctor", "patient", "expires_at", "revoked_at", "reviewed_at"]
    list_filter = [("reviewed_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["patient", "doctor"]
    search_fields = ["patient__last_name", "patient__email", "doctor__last_name", "doctor__email"]
    date_hierarchy = "created_at"


@admin.register(Activity)
class ActivityAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["seq", "at", "actor", "role", "verb", "target_type", "target_id", "patient", "address"]
    list_filter = ["role", "target_type"]
    list_select_related = ["actor", "patient"]
    search_fields = ["verb", "target_id", "actor__email", "patient__email"]
    show_full_result_count = False
