"""Who gets what answer at the addresses of imaging and of the reading assistant; read as url_table.py."""

IMAGING = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Critical findings
GET    critical_alerts                                login   403     403     200     200     200     403
GET    critical_alert(critical_alert)                 login   403     403     404     200     200     403
POST   critical_acknowledge(critical_alert)           login   403     403     404     422     422     403
POST   critical_told(critical_alert)                  login   403     403     404     422     422     403

# Imaging reports over the API
GET    api-imaging-reports                            401     200     200     200     200     200     200
POST   api-imaging-reports                            401     400     400     400     400     400     400
GET    api-imaging-report(imaging_released)           401     200     404     404     200     404     404
GET    api-imaging-report(imaging_authorised)         401     404     404     404     200     404     404
PUT    api-imaging-report(imaging_released)           401     400     404     404     400     404     404
PUT    api-imaging-report(imaging_acquired)           401     404     404     404     400     404     404
POST   api-imaging-claim(imaging_acquired)            401     404     404     404     200     404     404
POST   api-imaging-claim(imaging_released)            401     403     404     404     409     404     404
POST   api-imaging-let-go(imaging_acquired)           401     404     404     404     200     404     404
POST   api-imaging-finish(imaging_acquired)           401     404     404     404     400     404     404
POST   api-imaging-send-back(imaging_reported)        401     404     404     404     200     404     404
POST   api-imaging-authorise(imaging_reported)        401     404     404     404     200     404     404
POST   api-imaging-release(imaging_authorised)        401     404     404     404     200     404     404
POST   api-imaging-release(imaging_released)          401     403     404     404     409     404     404
POST   api-imaging-addenda(imaging_released)          401     400     404     404     400     404     404

# Pictures
GET    imaging_viewer(imaging_study)                  login   200     404     404     200     404     404
GET    imaging_series(imaging_study)                  login   200     404     404     200     404     404
GET    imaging_series(undecided_study)                login   404     404     404     200     404     404
GET    imaging_instance(picture)                      login   200     404     404     200     404     404
GET    imaging_instance(undecided_picture)            login   404     404     404     200     404     404
GET    imaging_studies(imaging_released)              login   200     404     404     200     200     404
GET    imaging_studies(imaging_acquired)              login   404     404     404     200     200     404
GET    imaging_identity(imaging_study)                login   403     404     404     200     200     404
GET    imaging_identity(undecided_study)              login   404     404     404     200     200     404
POST   imaging_identity(undecided_study)              login   404     404     404     422     422     404
POST   api-imaging-upload-start                       401     415     415     415     415     415     415
GET    api-imaging-upload-part(pictures_upload)       401     404     404     404     200     404     404
PUT    api-imaging-upload-part(pictures_upload)       401     404     404     404     400     404     404
DELETE api-imaging-upload-part(pictures_upload)       401     404     404     404     204     404     404
POST   api-imaging-upload-finish(pictures_upload)     401     404     404     404     409     404     404

# The reading assistant
GET    record_explanations(patient)                   login   200     404     404     200     403     403
GET    explanation(explanation_draft)                 login   404     404     404     200     404     404
GET    explanation(explanation_released)              login   200     404     404     200     404     404
GET    explanation(explanation_for_doctor)            login   404     404     404     200     404     404
POST   explanation_ask(=lab_report,lab_report)        login   302     404     404     302     404     404
POST   explanation_ask(=lab_report,lab_draft)         login   404     404     404     404     404     404
POST   explanation_ask(=lab_report,lab_critical)      login   404     404     404     302     404     404
POST   explanation_ask(=document,document)            login   302     404     404     302     404     404
POST   explanation_ask(=prescription,prescription)    login   302     404     404     302     404     404
POST   explanation_ask(=prescription,rx_draft)        login   404     404     404     404     404     404
POST   explanation_ask(=imaging_report,imaging_released) login 302     404     404     302     404     404
POST   explanation_ask(=nonsense,document)            login   404     404     404     404     404     404
POST   explanation_action(explanation_draft,release)  login   404     404     404     302     404     404
POST   explanation_action(explanation_draft,discard)  login   404     404     404     302     404     404
POST   explanation_action(explanation_released,release) login 403     404     404     409     404     404
POST   explanation_action(explanation_released,discard) login 403     404     404     302     404     404
POST   explanation_action(explanation_for_doctor,release) login 404   404     404     409     404     404
POST   explanation_action(explanation_draft,nonsense) login   404     404     404     404     404     404
POST   api-analyze-prescription                       401     400     400     400     400     400     400

# Scans and their reports
GET    imaging_worklist                               login   302     302     200     200     200     403
POST   imaging_next                                   login   403     403     403     302     403     403
GET    imaging_report(imaging_released)               login   200     404     404     200     404     404
GET    imaging_report(imaging_authorised)             login   404     404     404     200     404     404
GET    imaging_report(imaging_acquired)               login   404     404     404     200     404     404
POST   imaging_save(imaging_acquired)                 login   404     404     404     400     404     404
GET    imaging_report_pdf(imaging_released)           login   200     404     404     200     404     404
GET    imaging_report_pdf(imaging_authorised)         login   404     404     404     200     404     404
GET    imaging_report_pdf(imaging_reported)           login   404     404     404     404     404     404
POST   imaging_report_action(imaging_acquired,begin)  login   404     404     404     302     404     404
POST   imaging_report_action(imaging_acquired,report) login   404     404     404     422     404     404
POST   imaging_report_action(imaging_acquired,let-go) login   404     404     404     302     404     404
POST   imaging_report_action(imaging_released,begin)  login   403     404     404     409     404     404
POST   imaging_report_action(imaging_released,authorise) login 403    404     404     409     404     404
POST   imaging_report_action(imaging_released,send-back) login 403    404     404     409     404     404
POST   imaging_report_action(imaging_released,release) login  403     404     404     409     404     404
POST   imaging_report_action(imaging_released,addendum) login 422     404     404     422     404     404
POST   imaging_report_action(imaging_released,nonsense) login 404     404     404     404     404     404
GET    record_imaging(patient)                        login   200     404     404     200     403     403
GET    visit_panel_imaging(visit)                     login   404     404     404     200     404     404
GET    imaging_templates                              login   403     403     403     200     200     403
GET    imaging_template_new                           login   403     403     403     200     200     403
POST   imaging_template_new                           login   403     403     403     422     422     403
GET    imaging_template(scan_template)                login   403     403     403     200     404     403
POST   imaging_template(scan_template)                login   403     403     403     422     404     403
POST   imaging_template_remove(scan_template)         login   403     403     403     302     404     403
GET    imaging_phrases                                login   403     403     403     200     200     403
GET    imaging_phrase_new                             login   403     403     403     200     200     403
POST   imaging_phrase_new                             login   403     403     403     422     422     403
GET    imaging_phrase(scan_phrase)                    login   403     403     403     200     404     403
POST   imaging_phrase(scan_phrase)                    login   403     403     403     422     404     403
POST   imaging_phrase_remove(scan_phrase)             login   403     403     403     302     404     403
"""
