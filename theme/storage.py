"""Static files in production: named by their content, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    """Also renames what our ES modules import.

    Without this `import "../live.js"` finds the file under its plain name while the page loads it under its hashed one:
    two modules, and so two sockets. Only our own modules: others' files name things that are not there.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        *CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1:],
    )
