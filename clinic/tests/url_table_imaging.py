"""Who gets what answer at the addresses of imaging and of the reading assistant; read as url_table.py."""

IMAGING = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Critical findings
GET    critical_alerts                                login   403     403     200     200     200     403
GET    critical_alert(critical_alert)                 login   403     403     404     200     200     403
POST   critical_acknowledge(critical_alert)           login   403     403     404     422     422     403
POST   critical_told(critical_alert)                  login   403     403     404     422     422     403
"""
