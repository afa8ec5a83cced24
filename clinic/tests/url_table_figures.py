"""Who gets what answer at the addresses of the figures and exports; read as url_table.py."""

FIGURES = """
#      address                                        anon    patient other-p other-d doctor  manager admin
"""
