"""Who gets what answer at the addresses of imaging and of the reading assistant; read as url_table.py."""

IMAGING = """
#      address                                        anon    patient other-p other-d doctor  manager admin
"""
