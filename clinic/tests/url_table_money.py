"""Who gets what answer at the addresses of money; read as url_table.py."""

MONEY = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Quotes, plans and memberships
GET    quote                                          login   422     422     403     403     422     403
GET    appointment_quote(visit)                       login   200     404     404     403     200     404
GET    api-quote                                      401     400     400     403     403     400     403
GET    api-appointment-quote(visit)                   401     200     404     404     403     200     404
GET    medical_aid                                    login   200     200     403     403     403     403
POST   medical_aid                                    login   422     422     403     403     403     403
GET    medical_aid_end                                login   200     302     403     403     403     403
POST   medical_aid_end                                login   302     302     403     403     403     403
GET    memberships                                    login   403     403     403     403     200     403
GET    membership(membership)                         login   403     403     403     403     200     403
POST   membership_verify(membership)                  login   403     403     403     403     302     403
POST   membership_return(membership)                  login   403     403     403     403     302     403
GET    membership_card(membership)                    login   200     404     404     404     200     404
GET    membership_enter(patient)                      login   403     403     403     403     200     403
GET    membership_enter(doctor)                       login   403     403     403     403     404     403
POST   membership_enter(patient)                      login   403     403     403     403     422     403
GET    plans                                          login   403     403     403     403     200     403
GET    plan_new                                       login   403     403     403     403     200     403
POST   plan_new                                       login   403     403     403     403     422     403
GET    plan(plan)                                     login   403     403     403     403     200     403
POST   plan(plan)                                     login   403     403     403     403     422     403
GET    plan_rate_new(plan)                            login   403     403     403     403     200     403
POST   plan_rate_new(plan)                            login   403     403     403     403     422     403
GET    plan_rate(plan,rate)                           login   403     403     403     403     200     403
POST   plan_rate(plan,rate)                           login   403     403     403     403     422     403
POST   plan_rate_remove(plan,rate)                    login   403     403     403     403     302     403

# Invoices, receipts, credit notes
GET    billing_documents                              login   200     200     404     404     200     404
GET    billing_document(invoice)                      login   200     404     404     404     200     404
GET    billing_document_pdf(invoice)                  login   200     404     404     404     200     404
GET    billing_document_correct(invoice)              login   403     404     404     404     200     404
POST   billing_document_correct(invoice)              login   403     404     404     404     302     404
GET    api-billing-document-list                      401     200     200     200     200     200     200
GET    api-billing-document-detail(invoice)           401     200     404     404     404     200     404
GET    api-billing-document-pdf(invoice)              401     200     404     404     404     200     404

# The cash desk, shifts, credit
GET    desk                                           login   403     403     403     403     200     403
GET    desk_payment(payment)                          login   403     403     403     403     200     403
POST   desk_payment(payment)                          login   403     403     403     403     422     403
GET    patient_credit(patient)                        login   403     403     403     403     200     403
POST   patient_credit(patient)                        login   403     403     403     403     422     403
GET    patient_credit(doctor)                         login   403     403     403     403     404     403
GET    shifts                                         login   403     403     403     403     200     403
POST   shift_open                                     login   403     403     403     403     422     403
GET    shift_open                                     login   403     403     403     403     405     403
GET    shift(shift)                                   login   403     403     403     403     200     403
POST   shift(shift)                                   login   403     403     403     403     422     403
POST   payment_credit(payment)                        login   302     404     404     404     302     404
GET    credit                                         login   200     200     403     403     403     403
# Online gateways: nobody is asked who they are on the way back, and nothing is told there.
POST   payment_online(payment)                        login   302     404     404     404     403     404
GET    payment_online_back(payment,attempt)           302     302     302     302     302     302     302
# Management's queue
GET    payment_review(submitted)                      login   403     404     404     404     200     404
POST   payment_review(submitted)                      login   403     404     404     404     200     404
POST   payment_review_leave(submitted)                login   403     404     404     404     204     404
POST   payment_ask_again(submitted)                   login   403     404     404     404     302     404
POST   api-payment-ask-again(submitted)               401     400     404     404     404     400     404
POST   payments_confirm_chosen                        login   403     403     403     403     400     403
# Authorisations and claims
GET    own_claims                                     login   200     200     403     403     403     403
GET    authorisation_new(membership)                  login   403     403     403     403     200     403
POST   authorisation_new(membership)                  login   403     403     403     403     422     403
GET    authorisations                                 login   403     403     403     403     200     403
GET    authorisation(authorisation)                   login   403     403     403     403     200     403
POST   authorisation_grant(authorisation)             login   403     403     403     403     422     403
POST   authorisation_refuse(authorisation)            login   403     403     403     403     302     403
POST   authorisation_again(authorisation)             login   403     403     403     403     302     403
GET    claims                                         login   403     403     403     403     200     403
GET    claims_totals                                  login   403     403     403     403     200     403
POST   claims_chosen(sent)                            login   403     403     403     403     302     403
GET    claim(claim)                                   login   403     403     403     403     200     403
POST   claim_submit(claim)                            login   403     403     403     403     302     403
POST   claim_answer(claim)                            login   403     403     403     403     422     403
POST   claim_appeal(claim)                            login   403     403     403     403     422     403
POST   claim_settle(claim)                            login   403     403     403     403     409     403
POST   claim_withdraw(claim)                          login   403     403     403     403     422     403
# Refunds and the terms of cancellation
GET    refunds                                        login   403     403     403     403     200     403
GET    refund(owed)                                   login   403     403     403     403     200     403
POST   refund(owed)                                   login   403     403     403     403     404     403
POST   refund_keep(owed)                              login   302     404     404     404     302     404
GET    api-cancellation(visit)                        401     200     404     404     403     200     404
GET    cancellation_terms                             login   200     200     200     200     200     200
POST   cancellation_terms                             login   403     403     403     403     422     403

# Bank statements
GET    statements                                     login   403     403     403     403     200     403
POST   statements                                     login   403     403     403     403     422     403
GET    statement(statement)                           login   403     403     403     403     200     403
POST   statement(statement)                           login   403     403     403     403     200     403
POST   statement_remove(statement)                    login   403     403     403     403     302     403
GET    statement_remove(statement)                    login   403     403     403     403     405     403
GET    statement_lines                                login   403     403     403     403     200     403
POST   statement_lines                                login   403     403     403     403     422     403
POST   statement_lines_aside                          login   403     403     403     403     302     403
POST   statement_lines_back                           login   403     403     403     403     302     403
"""
