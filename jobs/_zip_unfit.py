"""Why a file in a ZIP cannot be used: a word for programs, a sentence for people. One class and nothing else."""


class Unfit(Exception):
    """One file in the ZIP cannot be used; the others can.

    `code` is a word that a page can translate; `reason` is an English sentence that goes on after the file's name and
    a colon, and may carry figures.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason
