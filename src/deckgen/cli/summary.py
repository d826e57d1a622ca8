"""What a command has done, in a few lines for people and as members for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deckgen.cli.paths import short_path, size
from deckgen.diagnostics import counted, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from deckgen.commands.release.changes import Changes
    from deckgen.commands.verify.verification import Verification
    from deckgen.outcome import Made


def about(made: Made | None, path: Path | None, changes: Changes | None) -> dict[str, Any] | None:
    """The content of a package, for JSON; None after errors."""
    if made is None:
        return None
    file = {"path": str(path) if path else None, "bytes": path.stat().st_size if path else None}
    return {**made.about, **file, **(changes.as_json() if changes else {})}


def summary(
    made: Made,
    path: Path | None,
    files: Sequence[str],
    changes: Changes | None = None,
    *,
    took: str,
    wrote: bool = True,
) -> str:
    """A summary of the written files, and of what is in the package.

    Args:
        made: Figures of the packages that were built.
        path: The path of the package; None if none was written.
        files: The files of a release; empty for a build.
        changes: What learners get in a release.
        took: The time that the work took, as in "in 0.2 s"; empty if it is not over.
        wrote: Whether the package was written; otherwise the file was there already.
    """
    held = made.held
    if made.after and (files or not made.version):
        held += f"\n  since {made.after}: {changes.summary() if changes else made.since}"
    if made.spared:
        held += f"\n  as `same-media` says, {counted(made.spared, 'note')} with other files not sent again"
    if path is None:
        return f"no errors: {held}" + (f", {took}" if took else "")
    file = f"{terminal.kept(short_path(path))} ({size(path.stat().st_size)})"
    if not files:
        which = f", version {made.version}, as released" if made.version else ""
        did = f"wrote {file}{which}" if wrote else f"{file}{which} is up to date"
        return f"{did}, {took}\n  {held}"
    if not made.after:
        held += f"\n  this is the first release of `{made.about['id']}`"
    rest = "".join(f"\n  {terminal.kept(short_path(path.with_name(name)))}" for name in files[1:])
    return f"released {made.version}: {file}, {took}\n  {held}\nalso written:{rest}"


def verified(verification: Verification, took: str) -> str:
    """The text about the result of `verify`, which took a time as in "in 0.2 s"."""
    notes, cards = (counted(verification.new_learner[what], what[:-1]) for what in ("notes", "cards"))
    lines = [f"tested in Anki {verification.anki}, {took}:", f"  a new learner gets {notes} and {cards}"]
    for update in verification.updates:
        words = [f"{update[what]:,} {what}" for what in ("new", "updated", "untouched")]
        words += [f"{len(update['held_back']):,} held back", f"{update['conflicting']:,} conflicting"]
        lost = f"{len(update['lost']):,} lost" if update["lost"] else "nothing lost"
        options = ", merging note types" if update["options"] == "merge" else ""
        lines.append(f"  from {update['previous']}{options}: {', '.join(words)}; {lost}")
        if update["cleanup"]:
            lines.append(
                f"    the cleanup package tags {counted(update['cleanup']['tagged'], 'retired note')}"
            )
        if update["empty_cards"]:
            lines.append(f"    Empty Cards would remove cards of {counted(update['empty_cards'], 'note')}")
    if any(update["held_back"] for update in verification.updates):
        lines.append(
            "held back: the learner edited these notes after this was built, so Anki keeps their text"
        )
    if not verification.updates:
        lines.append(
            "  no update was tested: build/release/ holds no earlier package (--previous FILE names one)"
        )
    lines += [f"note: {remark}" for remark in verification.remarks if remark not in verification.rare]
    faults = counted(len(verification.faults), "problem")
    lines.append(
        f"your release: {faults}, listed here" if verification.faults else "your release: no problems"
    )
    return "\n".join(lines)


def rare_learners(verification: Verification) -> str:
    """The text about learners for whom an import goes otherwise; empty if there is nothing to say."""
    rare = [f"\n  {remark}" for remark in verification.rare]
    return f"rare cases, true of any Anki deck and not only of this release:{''.join(rare)}" if rare else ""


def duration(seconds: float) -> str:
    """A time for people, as in "in 0.2 s" or "in 2 min 5 s"."""
    if seconds < 60:  # noqa: PLR2004
        return f"in {seconds:.1f} s" if seconds < 10 else f"in {seconds:.0f} s"  # noqa: PLR2004
    minutes, rest = divmod(round(seconds), 60)
    return f"in {minutes} min {rest} s"
