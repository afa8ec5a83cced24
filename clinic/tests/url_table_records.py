"""Who gets what answer at the addresses of the clinical record; read as url_table.py."""

RECORDS = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Notes
GET    record_notes(patient)                          login   200     404     404     200     403     403
GET    note_versions(running)                         login   404     404     404     200     404     404
POST   note_bring_back(running,1)                     login   404     404     404     302     404     404
POST   note_addendum(running)                         login   404     404     404     400     404     404
GET    note_templates                                 login   403     403     200     200     200     403
GET    note_template_new                              login   403     403     200     200     200     403
POST   note_template_new                              login   403     403     422     422     422     403
GET    note_template(note_template)                   login   403     403     404     200     404     403
POST   note_template(note_template)                   login   403     403     404     422     404     403
POST   note_template_remove(note_template)            login   403     403     404     302     404     403
GET    note_phrases                                   login   403     403     200     200     200     403
GET    note_phrase_new                                login   403     403     200     200     200     403
POST   note_phrase_new                                login   403     403     422     422     422     403
GET    note_phrase(phrase)                            login   403     403     404     200     404     403
GET    note_phrase(clinic_phrase)                     login   403     403     403     403     200     403
POST   note_phrase(clinic_phrase)                     login   403     403     403     403     422     403
POST   note_phrase_remove(phrase)                     login   403     403     404     302     404     403
POST   api-visit-note-addenda(note)                   401     404     404     404     400     404     404

# The record and its history
GET    own_record                                     login   302     302     403     403     403     403
GET    record_summary(patient)                        login   200     404     404     200     403     403
GET    record_history(patient)                        login   200     404     404     200     403     403
GET    record_vitals(patient)                         login   200     404     404     200     403     403
POST   record_take_over(patient)                      login   403     404     404     404     403     403
GET    record_fact_new(patient,allergy)               login   403     404     404     200     403     403
POST   record_fact_new(patient,allergy)               login   403     404     404     422     403     403
GET    record_fact_new(patient,nonsense)              login   403     404     404     404     403     403
GET    record_fact(patient,allergy,latex)             login   403     404     404     200     403     403
POST   record_fact(patient,allergy,latex)             login   403     404     404     422     403     403
GET    record_fact_void(patient,allergy,latex)        login   403     404     404     200     403     403
POST   record_fact_void(patient,allergy,latex)        login   403     404     404     302     403     403
GET    visit_panel_history(running)                   login   404     404     404     200     404     404
POST   visit_panel_history(running)                   login   404     404     404     404     404     404
GET    api-medical-records                            401     200     200     200     200     200     200
POST   api-medical-records                            401     400     400     400     400     400     400
GET    api-medical-record(latex)                      401     200     404     404     200     404     404
POST   api-medical-record-void(latex)                 401     403     404     404     200     404     404

# Doses
GET    medicines                                      login   200     200     403     403     403     403
GET    medicines_history                              login   200     200     403     403     403     403
GET    medicines_adherence                            login   200     200     403     403     403     403
POST   medicines_take                                 login   302     302     403     403     403     403
POST   dose(planned_item,take)                        login   302     404     404     403     404     404
POST   dose(planned_item,nonsense)                    login   404     404     404     404     404     404
GET    record_adherence(patient)                      login   200     404     404     200     403     403
GET    api-doses                                      401     200     200     400     400     403     403
GET    api-intakes                                    401     200     200     400     400     200     200
POST   api-intakes                                    401     400     400     400     400     400     400
DELETE api-intake(intake)                             401     204     404     404     403     404     404
GET    api-adherence                                  401     200     200     400     400     403     403

# The laboratory
GET    record_labs(patient)                           login   200     404     404     200     403     403
GET    record_lab_trends(patient)                     login   200     404     404     200     403     403
GET    lab_report_new(patient)                        login   403     404     404     200     403     403
POST   lab_report_new(patient)                        login   403     404     404     422     403     403
POST   lab_check(patient)                             login   403     404     404     200     403     403
GET    lab_report(lab_report)                         login   200     404     404     200     404     404
GET    lab_report(lab_draft)                          login   404     404     404     200     404     404
GET    lab_report(lab_critical)                       login   404     404     404     200     404     404
GET    lab_report_edit(lab_draft)                     login   404     404     404     200     404     404
GET    lab_report_edit(lab_report)                    login   403     404     404     302     404     404
POST   lab_report_edit(lab_draft)                     login   404     404     404     422     404     404
GET    lab_report_pdf(lab_report)                     login   200     404     404     200     404     404
GET    lab_report_pdf(lab_draft)                      login   404     404     404     404     404     404
POST   lab_report_action(lab_draft,final)             login   404     404     404     302     404     404
POST   lab_report_action(lab_critical,release)        login   404     404     404     302     404     404
POST   lab_report_action(lab_report,amend)            login   403     404     404     422     404     404
POST   lab_report_action(lab_critical,acknowledge)    login   404     404     404     422     404     404
POST   lab_report_action(lab_report,nonsense)         login   404     404     404     404     404     404
GET    lab_alerts                                     login   403     403     200     200     200     403
POST   lab_alert_acknowledge(lab_alert)               login   403     403     404     422     422     403
GET    visit_panel_labs(running)                      login   404     404     404     200     404     404
GET    lab_parameters                                 login   403     403     403     403     200     403
GET    lab_parameter_new                              login   403     403     403     403     200     403
POST   lab_parameter_new                              login   403     403     403     403     422     403
GET    lab_parameter(lab_parameter)                   login   403     403     403     403     200     403
POST   lab_parameter(lab_parameter)                   login   403     403     403     403     422     403
POST   lab_parameter_use(lab_parameter)               login   403     403     403     403     302     403
GET    lab_range_new(lab_parameter)                   login   403     403     403     403     200     403
POST   lab_range_new(lab_parameter)                   login   403     403     403     403     422     403
GET    lab_range(lab_parameter,lab_range)             login   403     403     403     403     200     403
POST   lab_range(lab_parameter,lab_range)             login   403     403     403     403     422     403
GET    lab_panels                                     login   403     403     403     403     200     403
GET    lab_panel_new                                  login   403     403     403     403     200     403
POST   lab_panel_new                                  login   403     403     403     403     422     403
GET    lab_panel(lab_panel)                           login   403     403     403     403     200     403
POST   lab_panel(lab_panel)                           login   403     403     403     403     422     403
POST   lab_panel_use(lab_panel)                       login   403     403     403     403     302     403
GET    api-lab-reports                                401     200     200     200     200     200     200
POST   api-lab-reports                                401     400     400     400     400     400     400
GET    api-lab-report(lab_report)                     401     200     404     404     200     404     404
GET    api-lab-report(lab_draft)                      401     404     404     404     200     404     404
PUT    api-lab-report(lab_draft)                      401     404     404     404     400     404     404
POST   api-lab-report-final(lab_draft)                401     404     404     404     200     404     404
POST   api-lab-report-release(lab_critical)           401     404     404     404     200     404     404
"""
