"""Who gets what answer at the addresses of money; read as url_table.py."""

MONEY = """
#      address                                        anon    patient other-p other-d doctor  manager admin
# Invoices, receipts, credit notes
GET    billing_documents                              login   200     200     404     404     200     404
GET    billing_document(invoice)                      login   200     404     404     404     200     404
GET    billing_document_pdf(invoice)                  login   200     404     404     404     200     404
GET    billing_document_correct(invoice)              login   403     404     404     404     200     404
POST   billing_document_correct(invoice)              login   403     404     404     404     302     404
GET    api-billing-document-list                      401     200     200     200     200     200     200
GET    api-billing-document-detail(invoice)           401     200     404     404     404     200     404
GET    api-billing-document-pdf(invoice)              401     200     404     404     404     200     404
"""
