"""Who gets what answer at the addresses of booking, visits and the clinic's day; read as url_table.py."""

VISITS = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Booking and visits
GET    book(doctor)                                   login   200     200     403     403     403     403
GET    book_details(doctor)                           login   302     302     403     403     403     403
POST   book_details(doctor)                           login   302     302     403     403     403     403
GET    book_review(doctor)                            login   302     302     403     403     403     403
POST   book_review(doctor)                            login   302     302     403     403     403     403
GET    book_any(general-medicine)                     login   200     200     403     403     403     403
GET    book_any_details(general-medicine)             login   302     302     403     403     403     403
POST   book_any_details(general-medicine)             login   302     302     403     403     403     403
GET    book_any_review(general-medicine)              login   302     302     403     403     403     403
POST   book_any_review(general-medicine)              login   302     302     403     403     403     403
GET    desk_book                                      login   403     403     403     403     200     403
POST   desk_book                                      login   403     403     403     403     422     403
GET    appointments                                   login   200     200     200     200     200     200
GET    appointment(visit)                             login   200     404     404     200     200     404
GET    appointment_reschedule(visit)                  login   200     404     404     200     200     404
POST   appointment_reschedule(visit)                  login   302     404     404     302     302     404
GET    appointment_file(visit,letter)                 login   200     404     404     200     200     404
GET    appointment_file(unpaid,letter)                login   404     404     404     404     404     404
GET    appointment_action(visit,cancel)               login   200     404     404     200     200     404
POST   appointment_action(visit,cancel)               login   302     404     404     302     302     404
POST   appointment_action(paid,confirm)               login   403     404     404     302     302     404
POST   appointment_action(paid,decline)               login   403     404     404     302     302     404
POST   appointment_action(visit,check-in)             login   403     404     404     302     302     404
POST   appointment_action(visit,start)                login   403     404     404     302     302     404
POST   appointment_action(running,complete)           login   403     404     404     302     302     404
POST   appointment_action(visit,no-show)              login   403     404     404     302     302     404
POST   appointment_action(visit,nonsense)             login   404     404     404     404     404     404
GET    calendar                                       login   403     403     200     200     200     403
GET    calendar_events                                login   403     403     400     400     400     403
GET    calendar_book                                  login   403     403     403     403     302     403
GET    calendar_visit(visit)                          login   403     404     404     200     200     404
GET    calendar_move(visit)                           login   403     404     404     422     422     404
POST   calendar_move(visit)                           login   403     404     404     422     422     404
GET    working_hours                                  login   403     403     200     200     200     403
POST   working_hours                                  login   403     403     422     422     200     403
POST   working_hours_check                            login   403     403     422     422     404     403
GET    working_dates                                  login   403     403     200     200     200     403
POST   working_dates                                  login   403     403     422     422     200     403
POST   working_dates_check                            login   403     403     422     422     404     403
GET    working_dates_backdrop                         login   403     403     200     200     404     403
GET    holidays                                       login   403     403     403     403     200     403
POST   holidays                                       login   403     403     403     403     422     403
POST   holidays_check                                 login   403     403     403     403     200     403
GET    holiday(holiday)                               login   403     403     403     403     200     403
POST   holiday(holiday)                               login   403     403     403     403     422     403
POST   holiday_remove(holiday)                        login   403     403     403     403     302     403

GET    disruption_new                                 login   403     403     200     200     200     403
POST   disruption_new                                 login   403     403     200     200     200     403
GET    disruption(disruption)                         login   404     404     404     200     200     404
POST   disruption_undo(disruption)                    login   404     404     404     302     302     404

# The waiting list
GET    waiting_list                                   login   200     200     403     403     200     403
GET    waiting_join                                   login   200     200     403     403     200     403
POST   waiting_join                                   login   422     422     403     403     200     403
POST   waiting_leave(entry)                           login   302     404     404     404     302     404
GET    waiting_by_hand(entry)                         login   403     404     404     404     200     404
POST   waiting_by_hand(entry)                         login   403     404     404     404     302     404
GET    waiting_offer(offer)                           login   200     404     404     404     200     404
POST   waiting_claim(offer)                           login   302     404     404     404     302     404
POST   waiting_pass(offer)                            login   302     404     404     404     302     404

# Referrals
GET    referrals                                      login   200     200     200     200     200     403
GET    referral(referral)                             login   200     404     404     200     200     404
GET    referral_document(referral)                    login   200     404     404     200     403     404
GET    referral_withdraw(referral)                    login   403     404     404     200     200     404
POST   referral_withdraw(referral)                    login   403     404     404     302     302     404
GET    referral_new(patient)                          login   403     403     404     200     403     403
POST   referral_new(patient)                          login   403     403     404     422     403     403

# Visits in one's own calendar
GET    feed                                           login   200     200     200     200     200     403
POST   feed_renew                                     login   200     200     200     200     200     403
GET    feed_renew                                     login   405     405     405     405     405     405
POST   feed_revoke                                    login   302     302     302     302     302     403
GET    feed_file(guess)                               404     404     404     404     404     404     404
GET    appointment_ics(visit)                         login   200     404     404     200     200     404

# The day
GET    queue                                          login   403     403     200     200     200     403
GET    queue_next(doctor)                             login   405     405     405     405     405     405
POST   queue_next(doctor)                             login   403     403     404     302     302     403
GET    queue_late(doctor)                             login   403     403     404     200     200     403
POST   queue_late(doctor)                             login   403     403     404     422     422     403
POST   queue_action(visit,check-in)                   login   403     404     404     302     302     404
POST   queue_action(visit,take-back)                  login   403     404     404     302     302     404
POST   queue_action(visit,no-show)                    login   404     404     404     404     404     404
GET    waiting_room(visit)                            login   302     404     404     403     403     404
GET    queue_screen_open                              login   403     403     403     403     302     403
GET    queue_screen(screen_key)                       200     200     200     200     200     200     200
GET    queue_screen(2026-01-01:x)                     404     404     404     404     404     404     404

# The next visit, and several
GET    follow_up(running)                             login   403     404     404     200     200     404
POST   follow_up(running)                             login   403     404     404     400     400     404
GET    series_new(running)                            login   403     404     404     200     200     404
POST   series_new(running)                            login   403     404     404     400     400     404
GET    series(series)                                 login   200     404     404     200     200     404
GET    series_cancel(series)                          login   200     404     404     200     200     404
POST   series_cancel(series)                          login   302     404     404     302     302     404

# What the clinic offers, its rooms and equipment
GET    clinic_services                                login   403     403     403     403     200     403
GET    clinic_service_new                             login   403     403     403     403     200     403
POST   clinic_service_new                             login   403     403     403     403     422     403
GET    clinic_service(scan)                           login   403     403     403     403     200     403
POST   clinic_service(scan)                           login   403     403     403     403     422     403
GET    clinic_service_retire(scan)                    login   403     403     403     403     200     403
POST   clinic_service_retire(scan)                    login   403     403     403     403     302     403
GET    resources                                      login   403     403     403     403     200     403
GET    resource_group_new                             login   403     403     403     403     200     403
POST   resource_group_new                             login   403     403     403     403     422     403
GET    resource_group(scanners)                       login   403     403     403     403     200     403
POST   resource_group(scanners)                       login   403     403     403     403     422     403
GET    resource_new(scanners)                         login   403     403     403     403     200     403
POST   resource_new(scanners)                         login   403     403     403     403     422     403
GET    resource(scanner)                              login   403     403     403     403     200     403
POST   resource(scanner)                              login   403     403     403     403     200     403
GET    resource_use(scanner)                          login   403     403     403     403     405     403
POST   resource_use(scanner)                          login   403     403     403     403     302     403
POST   resource_move_visits(scanner)                  login   403     403     403     403     302     403
POST   outage_end(scanner,outage)                     login   403     403     403     403     302     403

# API: booking and visits
GET    api-services                                   200     200     200     200     200     200     200
GET    api-doctors                                    200     200     200     200     200     200     200
GET    api-doctor-slots(doctor)                       400     400     400     400     400     400     400
GET    api-specialties                                200     200     200     200     200     200     200
GET    api-specialty-slots(specialty)                 400     400     400     400     400     400     400
GET    api-appointments                               401     200     200     200     200     200     200
POST   api-appointment-book                           401     400     400     400     400     400     400
GET    api-appointment(visit)                         401     200     404     404     200     200     404
PUT    api-appointment-reschedule(visit)              401     400     404     404     400     400     404
DELETE api-appointment-cancel(visit)                  401     200     404     404     200     200     404
POST   api-appointment-confirm(paid)                  401     403     404     404     200     200     404
POST   api-appointment-decline(paid)                  401     403     404     404     200     200     404
POST   api-appointment-check-in(visit)                401     403     404     404     200     200     404
POST   api-appointment-start(visit)                   401     403     404     404     200     200     404
POST   api-appointment-complete(running)              401     403     404     404     200     200     404
POST   api-appointment-no-show(visit)                 401     403     404     404     200     200     404
GET    api-referrals                                  401     200     200     200     200     200     200
POST   api-referrals                                  401     403     403     400     400     403     403
GET    api-referral(referral)                         401     200     404     404     200     200     404
POST   api-referral-withdraw(referral)                401     403     404     404     200     200     404
GET    api-waiting                                    401     200     200     200     200     200     200
POST   api-waiting                                    401     400     400     403     403     400     403
GET    api-waiting-place(entry)                       401     200     404     404     404     200     404
DELETE api-waiting-place(entry)                       401     200     404     404     404     200     404
POST   api-waiting-claim(offer)                       401     200     404     404     404     200     404
POST   api-waiting-pass(offer)                        401     200     404     404     404     200     404
"""
