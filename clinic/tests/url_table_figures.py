"""Who gets what answer at the addresses of the figures and exports; read as url_table.py."""

FIGURES = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Figures
GET    figures                                        login   403     403     403     403     200     403
GET    figures_behind(booked)                         login   403     403     403     403     200     403
GET    figures_behind(nonsense)                       login   403     403     403     403     404     403
"""
