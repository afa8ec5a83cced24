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

"""
