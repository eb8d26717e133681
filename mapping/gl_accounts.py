"""The kind `gl-accounts`: accounts and code parts of IFS as custom field values of JAGGAER (contracts/mapping.md)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.wire import Json, JsonValue, Row
from ifs_jaggaer.errors import Rejected
from mapping.dates import day, within
from mapping.fields import at_ifs, one
from mapping.kinds import (
    Action,
    Answers,
    Ask,
    Batch,
    Case,
    Change,
    Decision,
    Gathering,
    IfsRows,
    Instructions,
    Item,
    ItemKind,
    JaggaerPost,
    JaggaerRecords,
    Polled,
    Reach,
    Settlement,
    Snapshot,
    Snapshots,
    Source,
)
from mapping.profile import Profile

RECORD = "gl_account"
RESOURCE = "customfieldvalues"
ACCOUNT = "A"
COMPANIES = "companies"
"""In the snapshot of a value: the companies whose chart has it, joined by commas."""

MOST_VALUES = 500
"""Values that one POST takes (contracts/jaggaer.md 4)."""

DONE = frozenset({0, 1})
"""Return codes that say done; 1 with warnings (contracts/jaggaer.md 2)."""

_CODE_PARTS = "ABCDEFGHIJ"
_DATES = ("ValidFrom", "ValidUntil")


def _part_and_value(row: Row) -> tuple[str, str]:
    """Code part (A for the account) and value of a row of either set."""
    if row.kind == "account":
        return ACCOUNT, one(at_ifs(row, "Account"))
    return one(at_ifs(row, "CodePart")), one(at_ifs(row, "CodePartValue"))


def _leads_to(row: Row) -> str | None:
    part, value = _part_and_value(row)
    return f"ifs:{part}:{value}" if part and value else None


def _known_there(row: Row) -> str | None:
    return f"jaggaer:{_text(row, 'customField')}:{_text(row, 'value')}"


_SOURCES = (
    Source("ifs", "account", _leads_to, scope_attribute="Company", dates=_DATES),
    Source("ifs", "code_part_value", _leads_to, scope_attribute="Company", dates=_DATES),
    # What somebody changes there goes back to what IFS says.
    Source("jaggaer", RESOURCE, _known_there),
)


@dataclass(frozen=True, slots=True)
class AccountCase:
    """One value of a custom field: its rows in the companies in scope, and what JAGGAER has.

    `looked`: JAGGAER was asked, `present` is None where it lacks the value; else the snapshot tells.
    The snapshot also keeps which companies have the value: orders are checked against their own company's chart.
    """

    custom_field: str
    value: str
    parts: frozenset[str]
    rows: tuple[Row, ...]
    base: Snapshot | None = None
    present: Row | None = None
    looked: bool = False

    @property
    def key(self) -> str:
        return f"{self.custom_field}:{self.value}"

    @property
    def references(self) -> tuple[str, ...]:
        rows = (f"ifs:{part}:{self.value}" for part in sorted(self.parts))
        return (f"ifs:{self.key}", f"jaggaer:{self.key}", *rows)


class GlAccounts:
    """Accounts and code parts. A document's key is "<custom field>:<value>"; a row leads to "<code part>:<value>"."""

    name = "gl-accounts"
    record = RECORD

    @property
    def sources(self) -> tuple[Source, ...]:
        return _SOURCES

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:  # noqa: ARG002 - the same in every profile
        """The custom field values that it writes."""
        return (Reach("jaggaer", RESOURCE, filters=("customField",)),)

    def gather(self, references: frozenset[str], profile: Profile) -> Gathering:
        """The rows of each value in all companies; JAGGAER's values where it showed a change, or no snapshot tells."""
        documents = sorted({each for reference in references for each in _documents(reference, profile)})
        by_set: dict[str, set[str]] = {"account": set(), "code_part_value": set()}
        parts: set[str] = set()
        for custom_field, value in documents:
            for part in set(_parts(custom_field, profile).values()):
                by_set["account" if part == ACCOUNT else "code_part_value"].add(value)
                parts.add(part)
        companies = ("Company", frozenset(profile.companies))
        asks: list[IfsRows] = []
        if by_set["account"]:
            asks.append(IfsRows("account", "Account", frozenset(by_set["account"]), (companies,)))
        if by_set["code_part_value"]:
            also = (companies, ("CodePart", frozenset(parts - {ACCOUNT})))
            asks.append(IfsRows("code_part_value", "CodePartValue", frozenset(by_set["code_part_value"]), also))
        if not asks:
            return []
        kept = Snapshots(RECORD, frozenset(f"{custom_field}:{value}" for custom_field, value in documents))
        answers = yield (*asks, kept)
        rows = [row for each in asks for row in answers.rows(each)]
        bases = answers.snapshots(kept)
        shown = {
            each
            for reference in references
            if reference.startswith("jaggaer:")
            for each in _documents(reference, profile)
        }
        present = yield from _at_jaggaer(shown, {each for each in documents if ":".join(each) not in bases})
        cases: list[Case] = []
        for custom_field, value in documents:
            base = bases.get(f"{custom_field}:{value}")
            own = _parts(custom_field, profile)
            of_value = tuple(row for row in rows if _is_of(row, own, value))
            looked = base is None or (custom_field, value) in shown
            if not of_value and base is None:
                continue
            cases.append(
                AccountCase(
                    custom_field=custom_field,
                    value=value,
                    parts=frozenset(own.values()),
                    rows=of_value,
                    base=base,
                    present=present.get((custom_field, value)) if looked else None,
                    looked=looked,
                )
            )
        return cases

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision:  # noqa: ARG002
        """One value; a person has nothing to tell about it. Raises TypeError for the case of another kind."""
        if not isinstance(case, AccountCase):
            raise TypeError(f"{type(case).__name__} is no account")
        version = case.base.version if case.base else 0
        if not case.rows:
            # Absence is not emptiness (DESIGN, law 11): perhaps only a permission was lost.
            note = f"{case.key}: IFS does not show it, left as it is"
            return Decision(case.key, "", Action.NONE, notes=(note,), base_version=version)
        try:
            wanted = _wanted(case.rows, profile, as_of)
        except Rejected as problem:
            item = Item(ItemKind.DEAD_LETTER, problem.field, problem.value, problem.message, problem.remedy)
            return Decision(case.key, "", Action.NONE, items=(item,), base_version=version)
        missing = _missing(case, profile)
        before = _before(case)
        if missing and before:
            wanted = _with_unknown(wanted, before, missing, case.rows, profile)
        kept = {**wanted, COMPANIES: ",".join(sorted({*missing, *(_company(row) for row in case.rows)}))}
        notes = (f"{case.key}: IFS no longer shows it in company {', '.join(missing)}: unknown, not gone",)
        settlement = Settlement(snapshot=kept)
        if before == wanted:
            known = case.base is not None and dict(case.base.fields) == kept
            return Decision(
                case.key,
                case.key,
                Action.SKIP,
                settlement=None if known else settlement,
                notes=notes if missing else (),
                base_version=version,
            )
        return Decision(
            key=case.key,
            other_key=case.key,
            action=Action.UPDATE if before else Action.CREATE,
            writes=(_post(case, wanted, before),),
            settlement=settlement,
            notes=notes if missing else (),
            base_version=version,
        )

    def batches(self, posts: Iterable[JaggaerPost]) -> list[Batch]:
        """Up to MOST_VALUES values of one custom field in a body."""
        by_key = {post.key: post for post in posts}
        return [_batch(body, [by_key[key] for key in keys]) for body, keys in merge_posts(by_key.values())]


GL_ACCOUNTS = GlAccounts()


def _batch(body: Json, posts: Sequence[JaggaerPost]) -> Batch:
    keys = tuple(post.key for post in posts)
    if len(posts) == 1:
        return Batch(posts[0], keys, lambda answer: _errors(answer, keys))
    changes = (replace(change, field=f"{post.key} {change.field}") for post in posts for change in post.changes)
    joined = replace(posts[0], key=f"{body['customField']} ({len(keys)} values)", body=body, changes=tuple(changes))
    return Batch(joined, keys, lambda answer: _errors(answer, keys))


def _errors(answer: Json, keys: Iterable[str]) -> dict[str, str]:
    """The error of each value that the answer names, "" where it was taken."""
    told = results(answer)
    of_value = {key: told[value] for key in keys if (value := key.partition(":")[2]) in told}
    return {key: "" if code in DONE else f"{message} (returnCode {code})" for key, (code, message) in of_value.items()}


def _at_jaggaer(
    shown: set[tuple[str, str]], unknown: set[tuple[str, str]]
) -> Generator[tuple[Ask, ...], Answers, dict[tuple[str, str], Row]]:
    """JAGGAER's values of these documents: those it just showed from that page, others from the field's whole list."""
    polled = Polled(RESOURCE, frozenset(shown))
    rows = (yield (polled,)).rows(polled) if shown else []
    missing = (shown | unknown) - {(_text(row, "customField"), _text(row, "value")) for row in rows}
    if missing:
        listed = JaggaerRecords(RESOURCE, "customField", frozenset(field for field, _ in missing))
        rows = [*(yield (listed,)).rows(listed), *rows]
    return {(_text(row, "customField"), _text(row, "value")): row for row in rows}


def _documents(reference: str, profile: Profile) -> set[tuple[str, str]]:
    """The (custom field, value) that a row's reference or a document's key leads to."""
    _, _, key = reference.partition(":")
    head, _, value = key.partition(":")
    if not value:
        # A person names an account, or a cost centre, by its number alone.
        return {(name, key) for name in _custom_fields(profile)} if key else set()
    if head in _CODE_PARTS:
        fields = {profile.of_company(company).code_parts.get(head) for company in profile.companies}
        return {(field, value) for field in fields if field is not None}
    return {(head, value)} if head in _custom_fields(profile) else set()


def _custom_fields(profile: Profile) -> set[str]:
    return {name for company in profile.companies for name in profile.of_company(company).code_parts.values()}


def _parts(custom_field: str, profile: Profile) -> dict[str, str]:
    """The code part that stands for the custom field, by company in scope."""
    return {
        company: part
        for company in profile.companies
        for part, name in profile.of_company(company).code_parts.items()
        if name == custom_field
    }


def _is_of(row: Row, parts: Mapping[str, str], value: str) -> bool:
    part, own = _part_and_value(row)
    return own == value and parts.get(_company(row)) == part


def _company(row: Row) -> str:
    return one(at_ifs(row, "Company"))


def _order_of(profile: Profile) -> list[str]:
    """The companies, the one that counts first."""
    return list(dict.fromkeys((profile.lead, *profile.companies)))


def has(snapshot: Snapshot | None, company: str) -> bool:
    """Whether the company's own chart had the value when it was last settled; False where that is not known."""
    return snapshot is not None and company in (snapshot.fields.get(COMPANIES) or "").split(",")


def _missing(case: AccountCase, profile: Profile) -> list[str]:
    """Companies in scope that had the value, and of which no row comes any more."""
    own = set(_parts(case.custom_field, profile)) - {_company(row) for row in case.rows}
    return [company for company in _order_of(profile) if company in own and has(case.base, company)]


def _with_unknown(
    wanted: Mapping[str, str | None],
    before: Mapping[str, str | None],
    missing: Iterable[str],
    rows: Iterable[Row],
    profile: Profile,
) -> dict[str, str | None]:
    """Absence is not emptiness (DESIGN, law 11): what a row that does not come would say stays as it is."""
    order = _order_of(profile)
    first = min(map(order.index, (_company(row) for row in rows)))
    spoke = any(order.index(company) < first for company in missing)
    return {
        "description": before.get("description") if spoke else wanted["description"],
        "active": wanted["active"] if wanted["active"] == "true" else before.get("active"),
    }


def _wanted(rows: Iterable[Row], profile: Profile, as_of: date) -> dict[str, str | None]:
    """The leading company's description, or the first company's that has it; active if valid in any."""
    order = _order_of(profile)
    by_rank = sorted(rows, key=lambda row: order.index(_company(row)))
    valid = any(within(as_of, *(day(row.values.get(end), end) for end in _DATES)) for row in by_rank)
    return {"description": one(at_ifs(by_rank[0], "Description")), "active": "true" if valid else "false"}


def _before(case: AccountCase) -> dict[str, str | None] | None:
    if case.present is not None:
        return {
            "description": _text(case.present, "description"),
            "active": _text(case.present, "active").lower(),
        }
    if case.base is None or case.looked:
        return None
    return {name: value for name, value in case.base.fields.items() if name != COMPANIES}


def _text(row: Row, name: str) -> str:
    return one(at_ifs(row, name))


def _post(case: AccountCase, wanted: Mapping[str, str | None], before: Mapping[str, str | None] | None) -> JaggaerPost:
    value: dict[str, JsonValue] = {
        "value": case.value,
        "description": wanted["description"],
        "active": wanted["active"],
    }
    changes = (
        Change(name, before.get(name) if before else None, after)
        for name, after in wanted.items()
        if not before or before.get(name) != after
    )
    return JaggaerPost(
        resource=RESOURCE,
        key=case.key,
        body=_body(case.custom_field, [value]),
        changes=tuple(changes),
        action="createupdate",
        enforced=True,
    )


# --- many values in one request ---------------------------------------------------------------


def _body(custom_field: str, values: list[JsonValue]) -> Json:
    return {"operationCode": "CREATEUPDATE", "customField": custom_field, "valueList": {"value": values}}


def merge_posts(posts: Iterable[JaggaerPost]) -> list[tuple[Json, tuple[str, ...]]]:
    """The same posts in as few bodies as the server takes, each with the keys of its values, in their order.

    One body holds the values of one custom field, at most MOST_VALUES, each once: the last one counts.
    """
    by_field: dict[str, dict[str, tuple[str, JsonValue]]] = {}
    for post in posts:
        custom_field = str(post.body["customField"])
        for value in _values(post.body):
            by_field.setdefault(custom_field, {})[str(value["value"])] = (post.key, value)
    merged: list[tuple[Json, tuple[str, ...]]] = []
    for custom_field, values in by_field.items():
        entries = list(values.values())
        for start in range(0, len(entries), MOST_VALUES):
            some = entries[start : start + MOST_VALUES]
            body = _body(custom_field, [value for _, value in some])
            merged.append((body, tuple(key for key, _ in some)))
    return merged


def _values(body: Json) -> list[dict[str, JsonValue]]:
    listed = body["valueList"]
    values = listed.get("value") if isinstance(listed, dict) else None
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def results(answer: Json) -> dict[str, tuple[int, str]]:
    """What became of each value of a POST: its return code and message; a value without one is not in it."""
    listed = answer.get("resultList")
    entries = listed.get("result") if isinstance(listed, dict) else None
    found: dict[str, tuple[int, str]] = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("value") is not None:
            code = str(entry.get("returnCode", "")).strip()
            if code.lstrip("-").isdecimal():
                found[str(entry["value"])] = int(code), str(entry.get("returnMessage") or "")
    return found
