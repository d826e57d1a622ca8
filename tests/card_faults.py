"""Cards that work and are no good ones, each with the one warning that it gets.

The marks are those of tests/faults.py.
"""

from __future__ import annotations

import re

from tests.faults import KIND, PNG, Fault, kind, prose

WHY = "Nobody follows someone who has not understood them."
WARNED = "  - id: {}\n    text: |\n      {}\n" + f"    why: |\n      {WHY}\n"
CLOZED_TWICE = (
    "takeaways:\n"
    + WARNED.format("two", "A family accepts a directive only from someone who has {{c1::joined}} with it.")
    + WARNED.format("«three»", "A family accepts a directive only from someone that has {{c1::joined}} them.")
)


def warning(code: str, text: str) -> Fault:
    """A card that works, and is no good one."""
    return Fault(code, {"source/two.yaml": text})


def takeaway(code: str, text: str) -> Fault:
    """A takeaway that is no good one."""
    return warning(code, "takeaways:\n" + WARNED.format("two", text))


def definition(code: str, term: str, text: str) -> Fault:
    """A definition that is no good one."""
    lines = text.replace("\n", "\n      ")
    return warning(code, f"definitions:\n  - id: two\n    term: {term}\n    definition: |\n      {lines}\n")


def question(code: str, **texts: str) -> Fault:
    """A plain question that is no good one; `texts` are its keys."""
    lines = "".join(f"    {key}: |\n      {text}\n" for key, text in texts.items())
    return warning(code, f"questions:\n  - id: two\n{lines}")


def vignette(code: str, options: str, at: str = "two") -> Fault:
    """A vignette that is no good one."""
    case = "A couple quarrels over money. The husband says less each week, and has canceled twice."
    head = f"    scenario: |\n      {case}\n"
    return warning(code, f"vignettes:\n  - id: {at}\n{head}{options}")


GOOD = """\
    question: |
      What should the therapist do next?
    options:
      - text: |
          Set rules for attendance
        why: |
          It turns a problem of three into one of his alone.
      - text: |
          Take up his concerns
        correct: true
        why: |
          The weaker bond is the one that ends the treatment.
      - text: |
          See his wife alone
        why: |
          It widens the gap between him and the room.
      - text: |
          Refer him elsewhere
        why: |
          It gives up what can still be repaired.
"""


def numbers(*texts: str) -> str:
    """A question with these options, of which the second is right."""
    reasons = ("It is too early.", "This is what was found.", "It is too late.", "It is far too late.")
    mark = "        correct: true\n"
    options = "".join(
        f"      - text: |\n          {text}\n{mark * (place == 1)}        why: |\n          {reason}\n"
        for place, (text, reason) in enumerate(zip(texts, reasons, strict=True))
    )
    return f"    question: |\n      When did it begin?\n    options:\n{options}"


def in_places(places: list[int]) -> str:
    """Questions whose right options stand in these places; the mark is on the first."""
    topics = "water iron bread salt glass paper stone wool clay silk".split()
    text = "vignettes:\n"
    actions = "boil forge bake mine blow print carve spin fire weave".split()
    for topic, action, place in zip(topics, actions, places, strict=False):
        text += f"  - id: {topic}\n    scenario: |\n      Those who {action} {topic} look back on the year.\n"
        text += f"    question: |\n      When did they {action} most {topic}?\n    options:\n"
        for number, season in enumerate(("Spring", "Summer", "Autumn", "Winter")):
            mark = ("        correct: true\n" if topic != "water" else "        correct: «true»\n") * (
                number == place
            )
            text += f"      - text: {season}\n{mark}"
            text += f"        why: |\n          In {season} the {topic} roads are {place} miles.\n"
    return text


THINGS = "water iron bread salt glass paper stone wool clay silk rope soap lamp coal".split()


def asking() -> str:
    """Questions in which the right option always asks; the mark is on the first of these."""
    text = "vignettes:\n"
    for number, thing in enumerate(THINGS):
        text += f"  - id: {thing}\n    scenario: |\n      A family of the {thing} trade comes in.\n"
        text += f"    question: |\n      What is **best** in the {thing} shop?\n    options:\n"
        others = [THINGS[(number + more) % len(THINGS)] for more in range(1, 5)]
        options = [f"Point at {others[0]}", f"Speak of {others[1]}", f"Wait for {others[2]}"]
        right = f"Ask about {others[3]}"
        options.insert(number % 4, right if number else f"«{right}»")
        for place, option in enumerate(options):
            mark = "        correct: true\n" * (place == number % 4)
            text += f"      - text: |\n          {option}\n{mark}        why: |\n"
            text += f"          The {thing} of case {number} shows it in way {place}.\n"
    return text


def repeated_case() -> str:
    """A vignette with the case of an example, in a deck that is large enough to know its rare words."""
    text = "takeaways:\n"
    for number in range(20):
        said = f"Shelf {number} of the store has {{{{c1::{THINGS[number % len(THINGS)]} no. {number}}}}}."
        text += f"  - id: shelf-{number}\n    text: |\n      {said}\n"
        text += f"    why: |\n      It was put there in {1900 + number}.\n"
    text += "definitions:\n  - id: outlier\n    term: Outlier\n    definition: |\n"
    text += "      A value far away from all the others.\n    example: |\n"
    text += "      A reaction time of nine seconds, where most are below one.\n"
    case = "«In a reaction-time experiment most trials took a second, and one took nine seconds.»"
    whole = vignette("", GOOD).files["source/two.yaml"]
    assert isinstance(whole, str)
    old = "A couple quarrels over money. The husband says less each week, and has canceled twice."
    return text + whole.replace(old, case) + "    builds_on: [outlier]\n"


def lettered(*signs: str) -> str:
    """The good question with something before each of its options, the first of them marked."""
    first, *others = re.split(r"(?<=- text: \|\n          )", GOOD)
    marked = [f"«{signs[0]}»", *signs[1:]]
    return first + "".join(f"{sign} {each}" for sign, each in zip(marked, others, strict=True))


PASTED = "The skins let water out in the mist, and the sun of the afternoon dries them."

CARD_FAULTS = (
    # Cards
    takeaway(
        "long-answer",
        "In the first sessions a therapist has to join the family, which means "
        "«{{c1::earning the trust of each person and of the group that they form together}}».",
    ),
    definition(
        "long-answer",
        "Tracking",
        "«Following what people say, word by word, and asking them to go on with it, and answering in»\n"
        "the very images that they use for it, so that they feel heard and go on telling, while at the same\n"
        "time one looks for patterns in what is told, for what is left out, for who speaks when, and for\n"
        "what happens in the room whenever a hard subject comes up.",
    ),
    takeaway("cloze-hides-all", "«{{c1::Mimesis is taking on the tempo of a family}}» always."),
    takeaway("cloze-hides-little", "Joining is «{{c1::the}}» first task of the early sessions."),
    takeaway("cloze-gap", "Joining earns {{c1::trust}} with the family, and «{{c3::»credibility}} as well."),
    definition("term-in-definition", "Tracking", "The art of «tracking» what a family talks about."),
    definition(
        "term-in-definition", "Split alliance", "A state in which the «alliance is split» between members."
    ),
    warning(
        "term-in-definition",
        "comparisons:\n  - id: two\n    title: Stances\n    columns: [Stance, Meaning]\n"
        "    rows:\n      - id: a\n        cells:\n          - Neutrality\n          - |\n"
        "            A «neutral» stance toward every member\n",
    ),
    warning(
        "missing-reason",
        "takeaways:\n  - id: «two»\n    text: |\n      Whoever feels outnumbered {{c1::stops coming}}.\n",
    ),
    vignette(
        "missing-reason", GOOD.replace("It turns a problem of three into one of his alone.", "«Wrong.»")
    ),
    vignette(
        "no-question",
        GOOD.replace("What should the therapist do next?", "«The couple is in the fifth session.»"),
    ),
    vignette("no-question", GOOD.replace("What should the therapist do next?", "«Next step»")),
    vignette(
        "longest-option",
        GOOD.replace(
            "Take up his concerns",
            "«Take up his concerns, acknowledge the tilt aloud, and win back his trust»",
        ),
    ),
    vignette("hedged-option", GOOD.replace("Take up his concerns", "«Usually take up his concerns»")),
    vignette(
        "absolute-words",
        GOOD.replace("Set rules for attendance", "«Always set rules for attendance»"),
    ),
    vignette("echoed-stem", GOOD.replace("Take up his concerns", "«Ask why he canceled»")),
    vignette("all-of-the-above", GOOD.replace("Refer him elsewhere", "«None of the above»")),
    vignette("all-of-the-above", GOOD.replace("Refer him elsewhere", "«Both A and C»")),
    vignette("all-of-the-above", GOOD.replace("It gives up", "Unlike «option B», it gives up")),
    vignette(
        "negative-stem",
        GOOD.replace("What should the therapist do next?", "Which of these should the therapist «not» do?"),
    ),
    vignette(
        "negative-stem",
        GOOD.replace("What should the therapist do next?", "All of these may help, «except»:"),
    ),
    vignette(
        "overlapping-options",
        GOOD.replace("Refer him elsewhere", "«Set rules for attendance and refer him elsewhere»"),
    ),
    vignette(
        "overlapping-options",
        numbers("Under 18 years", "18 to 25 years", "«25 to 40 years»", "Over 40 years"),
    ),
    vignette("unparallel-options", GOOD.replace("Refer him elsewhere", "«Referring him elsewhere»")),
    vignette("unparallel-options", GOOD.replace("Refer him elsewhere", "«Refer him elsewhere.»")),
    vignette("unparallel-options", numbers("Two weeks", "Four weeks", "Six weeks", "«Until it stops»")),
    vignette("few-options", GOOD.partition("- text: |\n          See")[0].rstrip() + "\n", at="«two»"),
    warning("answer-places", in_places([0, 0, 0, 0, 0, 1, 2, 0, 3])),
    warning("giveaway-words", asking()),
    warning("repeated-example", repeated_case()),
    warning(
        "printed-answer",
        "comparisons:\n  - id: two\n    title: Stances\n    columns: [Stance, Meaning]\n    rows:\n"
        "      - id: a\n        cells: [Neutrality, Siding with nobody]\n"
        "      - id: b\n        cells: [Unbalancing, Unlike «neutrality» it leans to one]\n",
    ),
    warning(
        "printed-answer",
        "comparisons:\n  - id: two\n    title: Neutrality and more\n    columns: [A, B]\n    rows:\n"
        "      - id: a\n        cells: [«Neutrality», Siding with nobody]\n"
        "      - id: b\n        cells: [Unbalancing, A lean to one for a time]\n",
    ),
    warning(
        "printed-answer",
        "comparisons:\n  - id: two\n    title: Ways to lean\n    columns: [Stance, When]\n    rows:\n"
        "      - id: a\n        cells: [Early tilt, «Early»]\n"
        "      - id: b\n        cells: [Unbalancing, After the bond holds]\n",
    ),
    warning("same-question", CLOZED_TWICE),
    vignette(
        "repeated-text",
        GOOD.replace(
            "It gives up what can still be repaired.", "«It turns a problem of three into one of his alone.»"
        ),
    ),
    warning(
        "repeated-text",
        "takeaways:\n"
        + "".join(
            f"  - id: {name}\n    text: |\n      {text}\n    why: |\n      {why}\n"
            for name, text, why in (
                ("two", "Mist favors {{c1::noble rot}}.", PASTED),
                ("three", "A late harvest leaves {{c1::sugar}} in the grapes.", f"«{PASTED}»"),
            )
        ),
    ),
    warning(
        "same-term",
        "definitions:\n"
        "  - id: two\n    term: Mimesis\n    definition: |\n      Taking on the style of a family.\n"
        "  - id: three\n    term: «mimesis (joining)»\n    definition: |\n      Matching tempo and speech.\n",
    ),
    definition("undefined-abbreviation", "Tracking", "A move that «SFT» uses early on in treatment."),
    warning(
        "missing-reference",
        "definitions:\n"
        + "".join(
            f"  - id: {name}\n    term: {term}\n    definition: |\n      {text}\n{reference}"
            for name, term, text, reference in (
                ("two", "Mimesis", "Taking on the style of a family.", "    reference: Minuchin (1974)\n"),
                ("three", "Tracking", "Following what people say.", "    reference: Minuchin (1974)\n"),
                ("«four»", "Unbalancing", "Lending weight to one member on purpose.", ""),
            )
        ),
    ),
    # Typing
    definition("stray-markdown", "Tracking", "«==» Following closely ==\nwhat people say."),
    takeaway("stray-markdown", "Noble rot needs «{{{c1::misty mornings}}}» and some sun in the afternoon."),
    takeaway("stray-markdown", "Noble rot needs «{{{c1::mist}}» and some sun in the afternoon."),
    takeaway("stray-markdown", "Noble rot needs «{{c1::mist}}}» and some sun in the afternoon."),
    definition("unknown-code-language", "Tracking", "In code:\n\n```«pyhton»\nfollow(words)\n```"),
    definition("unknown-code-language", "Tracking", "A drawing:\n\n~~~ «mermaid» x\na --> b\n~~~"),
    prose("missing-alt", "A family tree: «![](»media/a.png)", a_png=PNG),
    prose("missing-alt", "A family tree: ![«a.png»](media/a.png)", a_png=PNG),
    prose("missing-alt", 'A family tree: «<img src="media/a.png">»', a_png=PNG),
    definition("upper-case", "Tracking", "«FOLLOWING WHAT PEOPLE SAY IN THE ROOM.»"),
    definition("doubled-word", "Tracking", "Following the «the» content of what people say."),
    definition("doubled-space", "Tracking", "Following«  »what people say."),
    definition("stray-markdown", "Tracking", "Following «**»what* people say in the room."),
    definition("stray-markdown", "Tracking", "Found in:\n«-B»owen\n-Minuchin."),
    definition("trailing-space", "Tracking", "Following what people«  »\nsay in the room."),
    takeaway(
        "stray-markdown", "A family accepts a directive after {{c1::joining«:»when is it?}} and no earlier."
    ),
    takeaway(
        "stray-markdown", "A family accepts a directive after {{c1::joining«|»when is it?}} and no earlier."
    ),
    definition("placeholder", "Tracking", "«TODO»"),
    definition("placeholder", "Tracking", "«???»"),
    definition("placeholder", "Tracking", "Following what people say. «TBD»"),
    definition("placeholder", "Tracking", "Following what people say.\n«TODO»: check the page"),
    definition("placeholder", "Tracking", "«...»"),
    definition("placeholder", "Tracking", "Following what people say.\n\n«TODO» ask Ann"),
    definition("placeholder", "Tracking", "Following what people say.\n# «TODO»: ask Ann"),
    definition("placeholder", "Tracking", "Following what people say. «??? XXX»"),
    definition("changed-text", "Tracking", "Following what people say.\n«#» Ann: too short"),
    definition("changed-text", "Tracking", "Found:\n\n    «| Helm | Bow |»\n    |---|---|\n| lee | up |"),
    definition("stray-markdown", "Tracking", "Following «$»A = \\frac{a}{b}, what people say."),
    definition("stray-markdown", "Tracking", "Following:\n\n«$$»\\theta = 1.22\\,\\frac{a}{b}$"),
    definition("stray-markdown", "Tracking", "Following $«\\\\frac»{1}{8}$ of what people say."),
    definition("stray-markdown", "Tracking «&amp;» more", "Following what people say."),
    prose("missing-alt", "A family tree: ![«what it shows»](media/a.png)", a_png=PNG),
    takeaway("term-in-definition", "A family accepts a directive after {{c1::joining::«joining»}} with it."),
    warning(
        "same-question",
        "comparisons:\n  - id: two\n    title: Stances\n    columns: [Stance, Meaning]\n    rows:\n"
        "      - id: a\n        cells: [Neutrality, Siding with nobody]\n"
        "      - id: «b»\n        cells: [Impartiality, Siding with nobody]\n",
    ),
    definition("stray-markdown", "Tracking", "Following «**» what** people say."),
    definition("stray-markdown", "Tracking", "Following «==»what people say."),
    definition("stray-markdown", "Tracking", "Following what [people«] (https:»//a.b) say."),
    definition("stray-markdown", "Tracking", "Following\n«-w»hat people say."),
    definition("stray-markdown", "Tracking", "Following what people say.«[^1]»"),
    definition("stray-markdown", "Tracking", "Following what H«~2~»O does."),
    definition("stray-markdown", "Tracking", "Following what x«^2^» does."),
    definition("stray-markdown", "Tracking", "Following «[[people]]» closely."),
    definition("stray-markdown", "Tracking", r"Following «$45^\circ» of what people say."),
    definition("stray-markdown", "Tracking", "Following «[latex]»x closely."),
    definition("stray-markdown", "Tracking", "It shows «![Two boats] (media/a.png)» closely."),
    definition("stray-markdown", "Tracking", "It shows «![Two boats](media/a.png» closely."),
    definition("stray-markdown", "Tracking", "It shows «!(Two boats)[media/a.png]» closely."),
    definition("stray-markdown", "Tracking", "It shows «![Two boats(media/a.png)» closely."),
    definition("stray-markdown", "Tracking", "It shows «![Two boats][media/a.png]» closely."),
    definition("stray-markdown", "Tracking", "Following «(people)[https://example.org/a]» closely."),
    definition("stray-markdown", "Tracking", "Following «[people](https://example.org/a» closely."),
    definition("changed-text", "Tracking", "Following «__init__» closely."),
    definition(
        "changed-text", "Tracking", "Following.\n\n    «The therapist goes along, and asks for more.»"
    ),
    definition("changed-text", "Tracking", "Following 2«*3*»4 closely."),
    definition("changed-text", "Tracking", "Following 2«**3**»4 closely."),
    definition("changed-text", "Tracking", "Following the pattern \\d+«\\».\\d closely."),
    definition("changed-text", "Tracking", "Following C:\\new«\\»_tmp closely."),
    definition("changed-text", "Tracking", "Following «\\»\\server closely."),
    definition("changed-text", "Tracking", "«#» ip link\nshows the interfaces."),
    definition("changed-text", "Tracking", "1. one\n«3.» three\n4. four"),
    definition("changed-text", "Tracking", "«-» 5 °C at night."),
    definition("changed-text", "Tracking", "The parts:\n«・»one\n・two"),
    definition("stray-markdown", "Tracking «$x^2$»", "Following what people say."),
    definition("stray-markdown", "Tracking «**people**»", "Following what people say."),
    definition("changed-text", "Tracking", "«|» Helm | Bow |\n| lee | up |"),
    definition("changed-text", "Tracking", "«|» Helm | Bow |\n|---|\n| lee | up |"),
    definition("changed-text", "Tracking", "Following «zurÃ¼ck» what people say."),
    definition("changed-text", "Tracking", "Following people «â€“» slowly."),
    definition("changed-text", "Tracking", "Following people, «Ã–l» and Ã„rger."),
    definition("changed-text", "«ÐŸÑ€Ð¸Ð²ÐµÑ‚»", "Following people slowly."),
    vignette("changed-text", lettered("A)", "B)", "C)", "D)")),
    vignette("changed-text", lettered("(1)", "(2)", "(3)", "(4)")),
    warning(
        "same-term",
        "comparisons:\n  - id: two\n    title: Stances\n    columns: [Stance, Meaning]\n    rows:\n"
        "      - id: a\n        cells: [Neutrality, Siding with nobody]\n"
        "      - id: b\n        cells: [«neutrality», Asking about everything]\n",
    ),
    Fault(
        "unshown-field",
        {
            **kind("", KIND.replace("{name: Rule,", "{name: «Rule»,"), card_back="{{Name}}").files,
            "source/two.yaml": "laws:\n  - id: two\n    name: Law\n    rule: |\n      It holds for all.\n",
        },
    ),
    question("term-in-definition", question="What does one do by «mimesis»?", answer="Mimesis"),
    question("term-in-definition", question="der Baum", answer="tree", reverse="Say *tree* («der Baum»)."),
    question(
        "term-in-definition",
        question="Who wrote *The Voyage*?",
        answer="Ann Lee",
        reverse="Which book is The «Voyage» by Ann Lee?",
        reverse_answer="*The Voyage*",
    ),
    question("no-question", question="Who wrote *The Voyage*?", answer="Ann Lee", reverse="«true»"),
    question("no-question", question="«The book was written in 1974.»", answer="Ann Lee"),
    question("unshown-field", question="Who wrote it?", answer="Ann Lee", reverse_answer="«The Voyage»"),
    question(
        "long-answer",
        question="How does it end?",
        answer="It sinks",
        reverse="What happens before it sinks?",
        reverse_answer=f"«{' '.join(['It is towed away by night.'] * 10)}»",
    ),
    warning(
        "same-question",
        "questions:\n"
        "  - id: one-way\n    question: |\n      Who wrote *The Voyage*?\n    answer: |\n      Ann Lee\n"
        "  - id: «other-way»\n    question: |\n      What is her book?\n    answer: |\n      A novel\n"
        "    reverse: |\n      Who wrote *The Voyage*?\n    reverse_answer: |\n      Ann Lee\n",
    ),
    definition("curly-quotes", "«“Tracking”»", "Following what people say."),
    definition("direction-override", "Tracking", "Following «\u202e»what\u202c people say."),
    definition("direction-override", "Tracking", "Following «\u202d»what people say."),
    definition("direction-override", "Tracking", "Following «\u202b»שלום people say."),
    definition(
        "direction-override", "Tracking", "Following «\u2067»שלום people\u202c say.\nThat is all.\u2069"
    ),
    definition(
        "direction-override", "Tracking", "Following \u2067a\u2069 «\u2068»what\u202b people\u202c say."
    ),
)
