"""Register, log in and out, own profile, socket tickets."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.core.exceptions import ValidationError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework import status
from rest_framework.exceptions import Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import serializers
from accounts.domain import lockout, people, profiles, second_factor, sessions, tickets
from accounts.forms.second_factor import AuthenticateForm
from accounts.models import User
from accounts.views.photo import photo
from clinic.core.api import AnyAccept
from clinic.core.consumers import session_fingerprint
from clinic.core.errors import DomainError, NotAllowed
from clinic.core.schema import ErrorSerializer, example


class InvalidCredentials(DomainError):
    status = 401
    code = "invalid_credentials"
    message = _("The e-mail address or the password is not right.")


class OtpRequired(DomainError):
    status = 401
    code = "otp_required"
    message = _("This account has a second step: send a code of the authenticator app as `otp`.")


class InvalidOtp(DomainError):
    status = 401
    code = "invalid_otp"
    message = _("This code is not right, too old, or was used already.")


class EmailNotVerified(NotAllowed):
    code = "email_not_verified"
    message = _("Please open the link in the mail we sent you, then log in.")


class RegisterView(GenericAPIView[Any]):
    """A new patient. The answer and its time are the same for an address that has an account already."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_scope = "register"
    serializer_class = serializers.RegisterSerializer

    @extend_schema(auth=[], responses={201: serializers.RegisteredSerializer})
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        try:
            data["email"] = get_adapter().clean_email(data["email"])
        except ValidationError as error:
            raise ValidationError({"email": error.messages}) from error
        try:
            people.register_patient(**data)
        except people.EmailTaken:
            _mail_once_in_a_while(request, data["email"], None)
        else:
            address = EmailAddress.objects.select_related("user").get(email=data["email"])
            _mail_once_in_a_while(request, data["email"], address, signup=True)
        answer = {
            "email": data["email"],
            "detail": _("We sent a mail to this address. Open its link, then log in."),
        }
        return Response(serializers.RegisteredSerializer(answer).data, status=status.HTTP_201_CREATED)


class LoginView(GenericAPIView[Any]):
    """A token for a verified, active account."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_scope = "login"
    serializer_class = serializers.LoginSerializer

    @extend_schema(
        auth=[],
        responses={
            200: serializers.LoggedInSerializer,
            401: OpenApiResponse(
                ErrorSerializer, description="`invalid_credentials`, `otp_required`, `invalid_otp`"
            ),
            403: OpenApiResponse(
                ErrorSerializer, description="`email_not_verified`, `account_inactive`, `mfa_required`"
            ),
            429: OpenApiResponse(ErrorSerializer, description="Locked out: see the header `Retry-After`."),
        },
        examples=[
            example(
                "A password", {"email": "patient@demo.clinic", "password": "demo-pass-2026"}, request=True
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        email = User.objects.normalize_email(asked.validated_data["email"])
        try:
            user = get_adapter().authenticate(
                request._request, email=email, password=asked.validated_data["password"]
            )
        except ValidationError as error:  # allauth's lock-out after repeated failures for one address
            wait = (error.params or {})["wait"]  # by AccountAdapter.pre_authenticate
            raise Throttled(wait=wait, detail=" ".join(error.messages)) from error
        if not isinstance(user, User):
            raise InvalidCredentials
        if not user.is_active:
            raise sessions.AccountInactive
        address = EmailAddress.objects.filter(user=user, email=user.email).first()
        if address is None or not address.verified:
            if address is not None:
                _mail_once_in_a_while(request, user.email, address)
            raise EmailNotVerified
        _check_second_factor(request, user, asked.validated_data.get("otp", ""))
        stored, token = sessions.start_token(user)
        answer = {"token": token, "expires_at": stored.expiry, "user": user}
        return Response(serializers.LoggedInSerializer(answer).data)


class LogoutView(APIView):
    """The token that made this request is gone, and the sockets it opened close."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            sessions.end_token(request.auth)
        else:
            from django.contrib.auth import logout

            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProfileView(GenericAPIView[User]):
    """Own account and the profile of one's role. Role, e-mail, licence, specialty and fee can't be set here."""

    serializer_class = serializers.ProfileSerializer

    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(self._own()).data)

    def get_object(self) -> User:
        """For OPTIONS."""
        return self._own()

    def put(self, request: Request) -> Response:
        return self._update(request, partial=False)

    def patch(self, request: Request) -> Response:
        return self._update(request, partial=True)

    def _update(self, request: Request, *, partial: bool) -> Response:
        asked = self.get_serializer(self._own(), data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        user = self._own()
        patient, doctor = data.pop("patient_profile", None), data.pop("doctor_profile", None)
        has_photo, photo = "photo" in data, data.pop("photo", None)
        profiles.update(user, account=data, patient=patient, doctor=doctor)
        if has_photo:
            profiles.set_photo(user, photo)
        return Response(self.get_serializer(self._own()).data)

    def _own(self) -> User:
        assert isinstance(self.request.user, User)
        people_with_profiles = User.objects.select_related("patient_profile", "doctor_profile__specialty")
        return people_with_profiles.get(pk=self.request.user.id)


class PhotoView(APIView):
    """A person's photo, by the same rules as on the pages, for clients that have a token and no cookie."""

    permission_classes = [AllowAny]
    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 304: None})
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        return photo(request._request, pk)  # whose user DRF has set


class SocketTicketView(APIView):
    """A ticket that opens one socket within a minute, for clients that have a token and no cookie."""

    throttle_scope = "ticket"

    @extend_schema(request=None, responses={201: serializers.TicketSerializer})
    def post(self, request: Request) -> Response:
        assert isinstance(request.user, User)
        if isinstance(request.auth, AuthToken):
            login_key: str | None = request.auth.digest
        else:
            login_key = request._request.session.session_key
        login = session_fingerprint(login_key) if login_key else ""
        ticket = tickets.issue(request.user, login=login)
        answer = {"ticket": ticket, "expires_in": int(tickets.LIFETIME.total_seconds())}
        return Response(answer, status=status.HTTP_201_CREATED)


def _check_second_factor(request: Request, user: User, otp: str) -> None:
    """Raises OtpRequired, InvalidOtp, Throttled after repeated wrong codes, SecondFactorMissing."""
    if not second_factor.is_on(user):
        if second_factor.is_missing(user):
            raise second_factor.SecondFactorMissing
        return
    if not otp:
        raise OtpRequired
    form = AuthenticateForm(user=user, data={"code": otp})
    if form.is_valid():
        form.authenticator.record_usage()
        return
    error = form.errors.as_data()["code"][0]
    if error.code == "too_many_login_attempts":
        wait = lockout.of_second_factor(request._request, user.pk)
        raise Throttled(wait=wait, detail=" ".join(error.messages))
    raise InvalidOtp


def _mail_once_in_a_while(
    request: Request, email: str, address: EmailAddress | None, *, signup: bool = False
) -> None:
    """The verification link, or to the owner of an existing account (None) word that someone tried to register
    it. At most one such mail an address in three minutes, as on the sign-up page."""
    if not ratelimit.consume(request._request, action="confirm_email", key=email):
        return
    if address is None:
        get_adapter().send_account_already_exists_mail(email)
    else:
        address.send_confirmation(request._request, signup=signup)
