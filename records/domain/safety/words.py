"""Marks a sentence for translation without Django: makemessages collects it by this function's name, and
records.domain.safety_facts says it in the reader's language."""


def gettext_noop(message: str) -> str:
    return message
