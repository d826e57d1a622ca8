"""Publishing drafts: each gets its tag, and is then seen by everyone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from deckgen.commands.github.commits import over_network, same_source, tagged
from deckgen.commands.github.draft import kept
from deckgen.commands.github.gh import FORBIDDEN, INVALID, NOT_FOUND, Refused
from deckgen.commands.github.published import as_release, of_version, releases
from deckgen.diagnostics import CallError
from deckgen.git import Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.draft import DraftPlan
    from deckgen.commands.github.gh import GitHub


def publish(
    decks: Sequence[PublicDeck], github: GitHub, tell: Callable[[str], None]
) -> list[tuple[PublicDeck, str]]:
    """Publish the drafts that were made here, in order.

    A release that cannot be published does not hold back a later one.

    Args:
        decks: The decks of the repository.
        github: The repository.
        tell: Told what happens, as sentences.

    Returns:
        What was published: each deck with the address of a release's page.

    Raises:
        CallError: A deck's last draft or its tag is not what it was, or GitHub refuses.
    """
    done = []
    for deck in decks:
        plans = kept(deck)
        for plan in plans:
            try:
                page = _publish(deck, plan, github, tell)
            except CallError as error:
                if plan is plans[-1]:
                    raise
                tell(
                    f"{deck.name}{plan.version} is skipped, because a later release contains all "
                    f"of it: {error}"
                )
                _drop(plan, github)
                continue
            if page:
                done.append((deck, page))
    return done


def _publish(deck: PublicDeck, plan: DraftPlan, github: GitHub, tell: Callable[[str], None]) -> str:
    """Publish a draft; the address of its page, or nothing if it was published meanwhile."""
    what = f"{deck.name}{plan.version}"
    if there := of_version(deck, plan.version, releases(github)):
        if there.id != plan.release:
            _drop(plan, github)
        tell(f"{what} is already published: {there.page}")
        return ""
    _check_draft(plan, what, github)
    _tag(deck, plan, what, github)
    try:
        fields = {
            "tag_name": plan.tag,
            "target_commitish": plan.commit,
            "draft": False,
            "make_latest": "true" if plan.latest else "false",
        }
        page = as_release(github.send("PATCH", f"releases/{plan.release}", fields)).page
    except Refused as refusal:
        raise _refused(refusal, plan, what) from refusal
    tell(f"{what} is published: {page}")
    return page


def _drop(plan: DraftPlan, github: GitHub) -> None:
    with suppress(Refused):
        github.send("DELETE", f"releases/{plan.release}")


def _check_draft(plan: DraftPlan, what: str, github: GitHub) -> None:
    """Refuse a draft whose files are not those that were made.

    Raises:
        CallError: It is gone, or one of them differs.
    """
    again = "run it again to create a new draft"
    try:
        assets = as_release(github.get(f"releases/{plan.release}")).assets
    except Refused as refusal:
        if refusal.status == NOT_FOUND:
            raise CallError(f"the draft of {what} is gone from GitHub", again) from refusal
        raise
    for name, sha256 in plan.files.items():
        asset = assets.get(name)
        if asset is None or not asset.whole or (asset.sha256 and asset.sha256 != sha256):
            raise CallError(f"the draft of {what} contains a different {name} than deckgen made", again)
    if extra := assets.keys() - plan.files.keys():
        raise CallError(
            f"the draft of {what} contains {min(extra)}, which was not made from the source", again
        )


def _tag(deck: PublicDeck, plan: DraftPlan, what: str, github: GitHub) -> None:
    """Tag the commit of a release; a tag that is there must be at the same source.

    Raises:
        CallError: It is elsewhere, or GitHub refuses.
    """
    if not (there := tagged(plan.tag, github)):
        try:
            github.send("POST", "git/refs", {"ref": f"refs/tags/{plan.tag}", "sha": plan.commit})
        except Refused as refusal:
            raise _refused(refusal, plan, what) from refusal
        return
    with suppress(Unanswered):
        over_network(deck.git, "fetch", "--quiet", "--no-tags", "origin", f"refs/tags/{plan.tag}")
    if not same_source(deck, there, plan.commit):
        raise CallError(
            f"the tag {plan.tag} is on commit {there[:12]}, which has a different source than {what}",
            f"if nobody relies on the tag, delete it: git push origin :refs/tags/{plan.tag}; "
            "then choose Re-run all jobs on the page of this run",
        )


def _refused(refusal: Refused, plan: DraftPlan, what: str) -> CallError:
    """The error of a tag or a release that GitHub refuses, with the way out."""
    message = f"GitHub refuses {what}: {refusal.reason}"
    if refusal.status == INVALID and "immutable" in refusal.reason:
        hint = (
            "a release with this tag was published and deleted, so the tag can never be used "
            "again: release a new version"
        )
    elif refusal.status == INVALID and "restricted" in refusal.reason:
        hint = (
            f"a rule of the repository (Settings > Rules) forbids the tag {plan.tag}; or a "
            "release with this tag was published and deleted, and you need a new version"
        )
    elif refusal.status == INVALID and "does not exist" in refusal.reason:
        hint = f"push commit {plan.commit[:12]} first"
    elif refusal.status == FORBIDDEN:
        hint = (
            "give the job `permissions: contents: write`. If it has that already: a workflow "
            "cannot tag a commit whose workflows differ from those of the main branch; "
            "publish it from a computer instead, with `deckgen github draft` and `deckgen "
            "github publish`"
        )
    else:
        hint = refusal.hint
    return CallError(message, hint)
