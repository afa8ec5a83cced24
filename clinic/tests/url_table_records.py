"""Who gets what answer at the addresses of the clinical record; read as url_table.py."""

RECORDS = """
#      address                                        anon    patient other-p other-d doctor  manager admin
"""
