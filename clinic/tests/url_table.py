"""Who gets what answer where. Held against the running code by test_every_url.py; a new address needs a row.

    METHOD name(argument,argument)   anonymous patient other_patient other_doctor doctor manager admin

`name` as in urls.py, or a path that starts with /. An argument is a thing of world.py (`visit`: its id), else taken as
it is; `=document` is always that word. An answer is a status, or `login`: sent to the log-in page. `patient` is the one
the things belong to, `doctor` treats them; `other_patient` and `other_doctor` have nothing to do with any of it. POST
sends a reason and nothing else, so 400 and 422 mean: they may, if they fill it in. One row for a page's GET, one for
each action.
A new model in the Django admin: a line in ADMIN (`all`: add, change, delete; `edit`: add and change; `kept`: change;
`read`: look only). A new socket: a line in SOCKETS (`open`, or the code it is closed with). Booking, visits and the
clinic's day have a table of their own: url_table_visits.py.
"""

PEOPLE = ("anonymous", "patient", "other_patient", "other_doctor", "doctor", "manager", "admin")

TABLE = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Health, static parts of the wiring
GET    healthz                                        200     200     200     200     200     200     200
GET    readyz                                         200     200     200     200     200     200     200
POST   set_language                                   302     302     302     302     302     302     302
GET    set_language                                   302     302     302     302     302     302     302

# Public pages
GET    welcome                                        200     302     302     302     302     302     302
GET    doctors                                        200     200     200     200     200     200     200
GET    doctor(doctor)                                 200     200     200     200     200     200     200
GET    photo(doctor)                                  200     200     200     200     200     200     200
GET    photo(patient)                                 404     200     404     200     200     200     200

# Log-in and account (allauth)
GET    account_login                                  200     302     302     302     302     302     302
POST   account_login                                  200     302     302     302     302     302     302
GET    account_logout                                 302     200     200     200     200     200     200
POST   account_logout                                 302     302     302     302     302     302     302
GET    account_signup                                 200     302     302     302     302     302     302
POST   account_signup                                 200     302     302     302     302     302     302
GET    account_inactive                               200     200     200     200     200     200     200
GET    account_reauthenticate                         login   200     200     200     200     200     200
POST   account_reauthenticate                         login   200     200     200     200     200     200
GET    account_email                                  login   200     200     200     200     200     200
POST   account_email                                  login   302     302     302     302     302     302
GET    account_email_verification_sent                200     200     200     200     200     200     200
GET    account_change_password                        login   200     200     200     200     200     200
POST   account_change_password                        login   200     200     200     200     200     200
GET    account_set_password                           login   302     302     302     302     302     302
GET    account_reset_password                         200     200     200     200     200     200     200
POST   account_reset_password                         200     200     200     200     200     200     200
GET    account_confirm_login_code                     login   302     302     302     302     302     302
GET    account_confirm_email(mail_key)                200     200     200     200     200     200     200
POST   account_confirm_email(mail_key)                login   login   login   login   login   login   login
GET    account_confirm_email(x:y)                     200     200     200     200     200     200     200
GET    account_reset_password_from_key(uid,reset_key) 302     302     302     302     302     302     302
GET    account_reset_password_from_key(uid,wrong)     200     200     200     200     200     200     200
GET    account_reset_password_from_key_done           200     200     200     200     200     200     200
GET    account_reset_password_done                    200     200     200     200     200     200     200

# Everybody's own pages
GET    home                                           login   200     200     200     200     200     200
GET    profile                                        login   200     200     200     200     200     200
POST   profile                                        login   422     422     422     422     422     422
POST   note_time_zone                                 login   204     204     204     204     204     204
GET    note_time_zone                                 login   405     405     405     405     405     405
GET    log_out_everywhere                             login   405     405     405     405     405     405
POST   log_out_everywhere                             login   login   login   login   login   login   login
GET    notifications                                  login   200     200     200     200     200     200
GET    notifications_read_all                         login   405     405     405     405     405     405
POST   notifications_read_all                         login   302     302     302     302     302     302
POST   notification_open(notice)                      login   302     404     404     404     404     404
GET    notification_open(notice)                      login   405     405     405     405     405     405
GET    notifications_latest                           login   200     200     200     200     200     200
GET    notifications_unread                           login   200     200     200     200     200     200
GET    notification_settings                          login   200     200     200     200     200     200
POST   notification_settings                          login   302     302     302     302     302     302
POST   notification_test                              login   302     302     302     302     302     302
POST   push_subscribe                                 login   400     400     400     400     400     400
POST   push_unsubscribe                               login   400     400     400     400     400     400
POST   push_forget(device)                            login   302     404     404     404     404     404
GET    push_forget(device)                            login   405     405     405     405     405     405
GET    service_worker                                 200     200     200     200     200     200     200
GET    web_manifest                                   200     200     200     200     200     200     200

# What notifications say, and what became of them
GET    notification_templates                         login   403     403     403     403     200     403
GET    notification_template(appointment.confirmed,email,en)        login 403 403 403 403 200 403
POST   notification_template(appointment.confirmed,email,en)        login 403 403 403 403 422 403
GET    notification_template(appointment.confirmed,letter,en)       login 403 403 403 403 404 403
POST   notification_template_preview(payment.rejected,sms,ne)       login 403 403 403 403 200 403
POST   notification_template_restore(payment.rejected,sms,ne)       login 403 403 403 403 302 403
GET    deliveries                                     login   403     403     403     403     200     403
POST   delivery_resend(delivery)                      login   403     403     403     403     302     403
GET    delivery_resend(delivery)                      login   403     403     403     403     405     403

# Messages and calls
GET    conversations                                  login   200     200     200     200     200     200
GET    conversation_new                               login   200     200     200     200     200     200
GET    conversation(conversation)                     login   200     404     404     200     404     404
GET    chat_file(sent_file)                           login   200     404     404     200     404     404
GET    chat_file(unsent_file)                         login   200     404     404     404     404     404
POST   conversation(conversation)                     login   400     404     404     400     404     404
GET    conversation_with(doctor)                      login   405     405     405     405     405     405
POST   conversation_with(doctor)                      login   302     403     302     403     302     403
POST   conversation_with(patient)                     login   403     404     404     302     302     403
POST   conversation_with(other_patient)               login   404     403     404     404     302     403
GET    call(call)                                     login   200     404     404     200     404     404
GET    call_record(call)                              login   200     404     404     200     200     404
# A member is sent to the call itself, and uses nothing up.
GET    call_join(guest_link)                          200     302     200     200     302     200     200
POST   call_join(guest_link)                          302     302     302     302     302     302     302
GET    call_join(wrong)                               404     404     404     404     404     404     404
GET    call_guest(call)                               404     404     404     404     404     404     404

# Lists as files
GET    exports                                        login   200     200     200     200     200     200
GET    export_new                                     login   200     200     200     200     200     403
POST   export_new                                     login   200     200     200     200     200     403
GET    export_download(export)                        login   404     404     404     404     200     404
POST   export_cancel(export)                          login   404     404     404     404     302     404
GET    export_cancel(export)                          login   405     405     405     405     405     405
POST   export_restart(export)                         login   404     404     404     404     302     404

# Money
GET    payments                                       login   200     200     404     404     200     404
GET    payment(payment)                               login   200     404     404     404     200     404
POST   payment(payment)                               login   400     404     404     404     403     404
GET    payment_qr(payment)                            login   200     404     404     404     200     404
GET    payment_qr_picture(payment)                    login   200     404     404     404     200     404
GET    payment_proof(submitted,attempt)            login   200     404     404     404     200     404
GET    payment_proof(payment,attempt)              login   404     404     404     404     404     404
GET    payment_confirm(submitted)                     405     405     405     405     405     405     405
POST   payment_confirm(submitted)                     login   403     404     404     404     302     404
GET    payment_reject(submitted)                      405     405     405     405     405     405     405
POST   payment_reject(submitted)                      login   403     404     404     404     302     404
GET    payment_refund(submitted)                      405     405     405     405     405     405     405
POST   payment_refund(submitted)                      login   403     404     404     404     302     404

# Records
GET    visit_note(running)                            login   404     404     404     200     404     404
POST   visit_note(running)                            login   404     404     404     400     404     404
GET    visit_panel(call)                              login   204     404     404     200     404     404
GET    feedback(past)                                 login   200     404     404     403     403     404
POST   feedback(past)                                 login   422     404     404     403     403     404
GET    feedback(visit)                                login   409     404     404     403     403     404
GET    reviews                                        login   403     403     403     403     200     403
GET    review_decision(feedback,publish)              login   405     405     405     405     405     405
POST   review_decision(feedback,publish)              login   403     404     404     404     302     404
POST   review_decision(feedback,hide)                 login   403     404     404     404     302     404

# API: accounts
POST   api-register                                   400     400     400     400     400     400     400
POST   api-login                                      400     400     400     400     400     400     400
GET    api-login                                      405     405     405     405     405     405     405
POST   api-logout                                     401     204     204     204     204     204     204
GET    api-profile                                    401     200     200     200     200     200     200
PUT    api-profile                                    401     400     400     400     400     400     400
PATCH  api-profile                                    401     200     200     200     200     200     200
GET    api-photo(patient)                             404     200     404     200     200     200     200
POST   api-socket-ticket                              401     201     201     201     201     201     201

# API: messages and calls
GET    api-conversations                              401     200     200     200     200     200     200
POST   api-conversations                              401     400     400     400     400     400     400
GET    api-messages(conversation)                     401     200     404     404     200     404     404
POST   api-messages(conversation)                     401     400     404     404     400     404     404
POST   api-messages-read(conversation)                401     400     404     404     400     404     404
POST   api-messages-delivered(conversation)           401     400     404     404     400     404     404
POST   api-attachments(conversation)                  401     400     404     404     400     404     404
GET    api-messages-search                            401     400     400     400     400     400     400
PATCH  api-message(message)                           401     400     404     404     400     404     404
DELETE api-message(message)                           401     200     404     404     403     404     404
GET    api-notifications                              401     200     200     200     200     200     200
POST   api-notifications-read-all                     401     200     200     200     200     200     200
POST   api-notification-read(notice)                  401     200     404     404     404     404     404
POST   api-ring(conversation)                         401     201     404     404     201     404     404
GET    api-calls-ringing                              401     200     200     200     200     200     200
GET    api-call(call)                                 401     200     404     404     200     404     404
POST   api-call-answer(call)                          401     403     404     404     403     404     404
POST   api-call-decline(call)                         401     403     404     404     403     404     404
POST   api-call-end(call)                             401     403     404     404     200     404     404
POST   api-call-ice(call)                             401     200     404     404     200     404     404
GET    api-call-record(call)                          401     200     404     404     200     200     404
GET    api-call-invitations(call)                     401     403     404     404     200     404     404
POST   api-call-invitations(call)                     401     403     404     404     400     404     404
POST   api-call-invitation-revoke(call,invitation)    401     403     404     404     200     404     404

# API: money
GET    api-payment-list                               401     200     200     200     200     200     200
GET    api-payment-detail(payment)                    401     200     404     404     404     200     404
POST   api-payment-submit(payment)                    401     400     404     404     404     400     404
GET    api-payment-qr(payment)                        401     200     404     404     404     200     404
GET    api-payment-proof(submitted,attempt)        401     200     404     404     404     200     404
POST   api-payment-confirm(submitted)                 401     403     404     404     404     200     404
POST   api-payment-reject(submitted)                  401     403     404     404     404     200     404
POST   api-payment-refund(submitted)                  401     403     404     404     404     409     404

# API: records
GET    api-visit-notes                                401     200     200     200     200     200     200
GET    api-visit-note(note)                           401     404     404     404     200     404     404
POST   api-visit-notes                                401     400     400     400     400     400     400
GET    api-feedback                                   401     200     200     200     200     200     200
POST   api-feedback                                   401     400     400     400     400     400     400
POST   api-feedback-publish(feedback)                 401     403     404     404     404     200     404
POST   api-feedback-hide(feedback)                    401     403     404     404     404     200     404
GET    api-doctor-reviews(doctor)                     200     200     200     200     200     200     200

# API: papers, and what is not there
GET    api-schema                                     200     200     200     200     200     200     200
GET    api-docs                                       200     200     200     200     200     200     200
GET    /api/nothing/                                  404     404     404     404     404     404     404
POST   /api/nothing/                                  404     404     404     404     404     404     404

# Public papers
GET    robots                                         200     200     200     200     200     200     200
GET    sitemap                                        200     200     200     200     200     200     200

# Log-ins and the second factor
GET    usersessions_list                              login   200     200     200     200     200     200
POST   usersessions_list                              login   302     302     302     302     302     302
POST   end_session(session)                           login   302     404     404     404     404     404
POST   end_program(program)                           login   302     404     404     404     404     404
GET    session_time                                   200     200     200     200     200     200     200
POST   session_time                                   200     200     200     200     200     200     200
GET    mfa_index                                      login   200     200     200     200     200     200
GET    mfa_authenticate                               login   302     302     302     302     302     302
GET    mfa_reauthenticate                             login   302     302     302     302     302     302
GET    mfa_activate_totp                              login   302     302     302     302     302     302
POST   mfa_activate_totp                              login   302     302     302     302     302     302
GET    mfa_deactivate_totp                            login   404     404     404     404     404     404
GET    mfa_view_recovery_codes                        login   404     404     404     404     404     404
GET    mfa_generate_recovery_codes                    login   302     302     302     302     302     302
GET    mfa_download_recovery_codes                    login   404     404     404     404     404     404
GET    mfa_list_webauthn                              login   200     200     200     200     200     200
GET    mfa_add_webauthn                               login   302     302     302     302     302     302
POST   mfa_add_webauthn                               login   302     302     302     302     302     302
GET    mfa_reauthenticate_webauthn                    login   302     302     302     302     302     302
GET    mfa_remove_webauthn(7)                         login   302     302     302     302     302     302
GET    mfa_edit_webauthn(7)                           login   302     302     302     302     302     302
GET    mfa_login_webauthn                             login   302     302     302     302     302     302

# A patient's first steps
GET    onboarding                                     login   302     302     403     403     403     403
GET    onboarding_step(about)                         login   200     200     403     403     403     403
POST   onboarding_step(about)                         login   302     302     403     403     403     403
GET    onboarding_step(nonsense)                      login   404     404     403     403     403     403

# Who opened a record, and who may
GET    own_activity                                   login   200     200     403     403     403     403
GET    care_team                                      login   200     200     403     403     403     403
GET    patient_care_team(patient)                     login   403     403     403     403     200     403
POST   patient_care_team(patient)                     login   403     403     403     403     422     403
GET    patients                                       login   403     403     200     200     403     403
GET    break_glass                                    login   403     403     404     404     403     403
POST   break_glass                                    login   403     403     404     404     403     403
GET    activity                                       login   403     403     403     403     200     200
GET    activity_export                                login   403     403     403     403     200     200
GET    break_glass_list                               login   403     403     403     403     200     200
POST   review_break_glass(access)                     login   403     403     403     403     302     302
POST   end_break_glass(access)                        login   403     403     403     403     302     302
GET    patient_record(patient)                        login   200     404     404     200     403     403

# Management's people pages
GET    people                                         login   403     403     403     403     200     200
GET    person(patient)                                login   403     403     403     403     200     200
GET    person_merge(patient)                          login   403     403     403     403     200     403
GET    person_merge_with(patient,other_patient)       login   403     403     403     403     200     403
POST   person_merge_with(patient,other_patient)       login   403     403     403     403     422     403
GET    person_merge_with(patient,doctor)              login   403     403     403     403     404     403
GET    person_new(patient)                            login   403     403     403     403     404     404
POST   person_new(doctor)                             login   403     403     403     403     404     404
GET    person_new(management)                         login   403     403     403     403     404     200
GET    person_edit(patient)                           login   403     403     403     403     200     200
POST   person_edit(patient)                           login   403     403     403     403     422     422
GET    person_edit(doctor)                            login   403     403     403     403     200     200
POST   person_invite(patient)                         login   403     403     403     403     302     302
POST   person_deactivate(patient)                     login   403     403     403     403     302     302
GET    person_deactivate(patient)                     login   403     403     403     403     200     200
POST   person_activate(patient)                       login   403     403     403     403     302     302
POST   person_role(patient)                           login   403     403     403     403     403     422

# The Django admin's own pages; its models stand below
GET    admin:index                                    302     302     302     302     302     302     200
GET    admin:login                                    login   403     403     403     403     403     302
GET    admin:logout                                   302     302     302     302     302     302     405
POST   admin:logout                                   302     302     302     302     302     302     302
GET    admin:password_change                          302     302     302     302     302     302     200
GET    admin:password_change_done                     302     302     302     302     302     302     200
GET    admin:autocomplete                             302     302     302     302     302     302     403
GET    admin:jsi18n                                   302     302     302     302     302     302     200
GET    admin:view_on_site(1,1)                        302     302     302     302     302     302     404
GET    admin:app_list(accounts)                       302     302     302     302     302     302     200
GET    /admin/nothing/                                302     302     302     302     302     302     404
"""

SOCKETS = """
/ws/                              4401 open open open open open open
/ws/calls/<uuid:call_id>/         4401 open 4403 4403 open 4403 4403
"""

# (method, page) -> the admin's answer by kind of model. Everyone else is refused.
ADMIN_PAGES = {
    ("GET", "changelist"): {"all": "200", "edit": "200", "kept": "200", "read": "200"},
    ("GET", "add"): {"all": "200", "edit": "200", "kept": "403", "read": "403"},
    ("POST", "add"): {"all": "taken", "edit": "taken", "kept": "403", "read": "403"},
    ("GET", "change"): {"all": "200", "edit": "200", "kept": "200", "read": "200"},
    ("POST", "change"): {"all": "taken", "edit": "taken", "kept": "taken", "read": "403"},
    ("GET", "history"): {"all": "200", "edit": "200", "kept": "200", "read": "200"},
    ("GET", "delete"): {"all": "200", "edit": "403", "kept": "403", "read": "403"},
    ("POST", "delete"): {"all": "taken", "edit": "403", "kept": "403", "read": "403"},
}

ADMIN = {
    "accounts.user": "edit",
    "accounts.specialty": "all",
    "accounts.doctorprofile": "kept",
    "accounts.patientprofile": "kept",
    "accounts.carelink": "read",
    "accounts.breakglass": "read",
    "accounts.activity": "read",
    "messaging.conversation": "read",
    "messaging.call": "read",
    "scheduling.service": "all",
    "scheduling.schedule": "kept",
    "scheduling.dayoff": "all",
    "scheduling.opening": "read",
    "scheduling.holiday": "read",
    "scheduling.appointment": "read",
    "scheduling.delaynotice": "read",
    "scheduling.referral": "read",
    "scheduling.waitingentry": "read",
    "scheduling.waitingoffer": "read",
    "scheduling.disruption": "read",
    "scheduling.resourcegroup": "all",
    "scheduling.resource": "all",
    "scheduling.resourceoutage": "all",
    "billing.payment": "read",
    "billing.attempt": "read",
    "billing.billingdocument": "read",
    "records.visitnote": "read",
    "insights.export": "read",
    "records.feedback": "read",
    "admin.logentry": "read",
    "django_tasks_database.dbtaskresult": "read",
}
