from django.urls import URLPattern, URLResolver, path

from . import (
    document_uploads,
    documents,
    doses,
    explaining,
    feedback,
    imaging,
    imaging_uploads,
    labs,
    medical_records,
    medicines,
    prescriptions,
    visit_notes,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("visitnotes/", visit_notes.VisitNoteList.as_view(), name="api-visit-notes"),
    path("visitnotes/<uuid:pk>/", visit_notes.VisitNoteDetail.as_view(), name="api-visit-note"),
    path(
        "visitnotes/<uuid:pk>/addenda/", visit_notes.VisitNoteAddenda.as_view(), name="api-visit-note-addenda"
    ),
    # MEDICINES
    path("medicines/", medicines.MedicineList.as_view(), name="api-medicines"),
    path("medicines/<uuid:pk>/", medicines.MedicineDetail.as_view(), name="api-medicine"),
    path("feedback/", feedback.FeedbackList.as_view(), name="api-feedback"),
    path("feedback/<uuid:pk>/publish/", feedback.FeedbackPublish.as_view(), name="api-feedback-publish"),
    path("feedback/<uuid:pk>/hide/", feedback.FeedbackHide.as_view(), name="api-feedback-hide"),
    path("doctors/<uuid:pk>/reviews/", feedback.DoctorReviews.as_view(), name="api-doctor-reviews"),
    # Documents
    path("documents/", documents.DocumentList.as_view(), name="api-documents"),
    path("documents/upload/", documents.DocumentUpload.as_view(), name="api-document-upload"),
    path(
        "documents/uploads/",
        document_uploads.DocumentUploadStart.as_view(),
        name="api-document-upload-start",
    ),
    path(
        "documents/uploads/<uuid:pk>/",
        document_uploads.DocumentUploadPart.as_view(),
        name="api-document-upload-part",
    ),
    path(
        "documents/uploads/<uuid:pk>/finish/",
        document_uploads.DocumentUploadFinish.as_view(),
        name="api-document-upload-finish",
    ),
    path("documents/<uuid:pk>/", documents.DocumentDetail.as_view(), name="api-document"),
    path("documents/<uuid:pk>/file/", documents.DocumentFile.as_view(), name="api-document-file"),
    # HISTORY
    path("medical-records/", medical_records.MedicalRecordList.as_view(), name="api-medical-records"),
    path(
        "medical-records/<uuid:pk>/", medical_records.MedicalRecordDetail.as_view(), name="api-medical-record"
    ),
    path(
        "medical-records/<uuid:pk>/void/",
        medical_records.MedicalRecordVoid.as_view(),
        name="api-medical-record-void",
    ),
    # SCHEDULE
    path("doses/", doses.DoseList.as_view(), name="api-doses"),
    path("intakes/", doses.DoseIntakeList.as_view(), name="api-intakes"),
    path("intakes/<uuid:pk>/", doses.DoseIntakeDetail.as_view(), name="api-intake"),
    path("adherence/", doses.AdherenceDetail.as_view(), name="api-adherence"),
    # LABS
    path("lab-reports/", labs.LabReportList.as_view(), name="api-lab-reports"),
    path("lab-reports/<uuid:pk>/", labs.LabReportDetail.as_view(), name="api-lab-report"),
    path("lab-reports/<uuid:pk>/final/", labs.LabReportFinal.as_view(), name="api-lab-report-final"),
    path("lab-reports/<uuid:pk>/release/", labs.LabReportRelease.as_view(), name="api-lab-report-release"),
    # IMAGING
    path("imaging-reports/", imaging.ImagingReportList.as_view(), name="api-imaging-reports"),
    path("imaging-reports/<uuid:pk>/", imaging.ImagingReportDetail.as_view(), name="api-imaging-report"),
    path("imaging-reports/<uuid:pk>/claim/", imaging.ImagingReportClaim.as_view(), name="api-imaging-claim"),
    path(
        "imaging-reports/<uuid:pk>/let-go/", imaging.ImagingReportLetGo.as_view(), name="api-imaging-let-go"
    ),
    path(
        "imaging-reports/<uuid:pk>/report/", imaging.ImagingReportReport.as_view(), name="api-imaging-finish"
    ),
    path(
        "imaging-reports/<uuid:pk>/send-back/",
        imaging.ImagingReportSendBack.as_view(),
        name="api-imaging-send-back",
    ),
    path(
        "imaging-reports/<uuid:pk>/authorise/",
        imaging.ImagingReportAuthorise.as_view(),
        name="api-imaging-authorise",
    ),
    path(
        "imaging-reports/<uuid:pk>/release/",
        imaging.ImagingReportRelease.as_view(),
        name="api-imaging-release",
    ),
    path(
        "imaging-reports/<uuid:pk>/addenda/",
        imaging.ImagingReportAddenda.as_view(),
        name="api-imaging-addenda",
    ),
    # The reading assistant
    path("analyze-prescription/", explaining.AnalyzePrescription.as_view(), name="api-analyze-prescription"),
    # PRESCRIBE
    path("prescriptions/", prescriptions.PrescriptionList.as_view(), name="api-prescriptions"),
    path("prescriptions/<uuid:pk>/", prescriptions.PrescriptionDetail.as_view(), name="api-prescription"),
    path(
        "prescriptions/<uuid:pk>/findings/",
        prescriptions.PrescriptionFindings.as_view(),
        name="api-prescription-findings",
    ),
    path(
        "prescriptions/<uuid:pk>/sign/",
        prescriptions.PrescriptionSign.as_view(),
        name="api-prescription-sign",
    ),
    path(
        "prescriptions/<uuid:pk>/stop/",
        prescriptions.PrescriptionStop.as_view(),
        name="api-prescription-stop",
    ),
    path(
        "prescriptions/<uuid:pk>/items/<uuid:item>/stop/",
        prescriptions.PrescriptionStop.as_view(),
        name="api-prescription-item-stop",
    ),
    path(
        "prescriptions/<uuid:pk>/dispense/",
        prescriptions.PrescriptionDispense.as_view(),
        name="api-prescription-dispense",
    ),
    path(
        "prescriptions/<uuid:pk>/change/",
        prescriptions.PrescriptionReplace.as_view(),
        name="api-prescription-change",
    ),
    # Pictures of scans
    path("imaging-uploads/", imaging_uploads.ImagingUploadStart.as_view(), name="api-imaging-upload-start"),
    path(
        "imaging-uploads/<uuid:pk>/",
        imaging_uploads.ImagingUploadPart.as_view(),
        name="api-imaging-upload-part",
    ),
    path(
        "imaging-uploads/<uuid:pk>/finish/",
        imaging_uploads.ImagingUploadFinish.as_view(),
        name="api-imaging-upload-finish",
    ),
]
