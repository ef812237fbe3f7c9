"""Trains the model of author resolution: ``python -m tests.bench.train_authors [--write]``.

Needs the whole ACL Anthology (``BZPEER_SHARED_DATA``). Prints figures of a cross-validation in
which blocks that train never test; ``--write`` puts the model trained on everything into the
service. docs/authors.md tells what it does.
"""

import json
import random
import re
import sys
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from services.works.clusters import Clustering
from services.works.constraints import Obeyed
from services.works.evidence import FEATURES, Evidence, Groups
from services.works.model import KINDS, MOST_SAID, Model
from services.works.resolution import Mention
from tests.bench import same_names
from tests.bench.anthology import Truth, demand_all, is_unlisted, read, records
from tests.bench.authors import partition, report
from tests.bench.measures import b_cubed, pairwise
from tests.bench.namesakes import FOLDS, draw, fold, namesakes, under_one_name

BLOCKS = 375
STEPS = 700
TEST_BLOCKS, TEST_SEED = 12, 77
AT_ONCE = 5.0
"""If a name alone says more, its mentions are one person without a look at the evidence."""
SAME_CAUTION, OTHER_CAUTION = 0.6, 1.0
"""Taken off of same and of different names: two people in one record are worse than one in two."""
_MODEL = Path(__file__).parents[2] / "services" / "works" / "model.json"
_DIGITS = 4


class Training:
    """Examples of evidence, and of names that differ, from one corpus."""

    def __init__(self, mentions: Sequence[Mention], people: Sequence[Truth]) -> None:
        self._mentions, self._people = mentions, people
        self.evidence = Evidence([mention.surroundings for mention in mentions])
        examples = draw(mentions, BLOCKS)
        groups = Groups(self.evidence, [s for e in examples for s in (e.one, e.other)])
        even = np.arange(0, 2 * len(examples), 2)
        self.features = groups.compare(even, even + 1)
        self.same = np.array([example.same for example in examples])
        self.folds = np.array([example.fold for example in examples])
        sizes = np.array([(len(example.one), len(example.other)) for example in examples])
        self.weights = np.sqrt(sizes.prod(1) / sizes.sum(1))
        self.same_names = same_names.draw(mentions, self.evidence)
        self._names()

    def _names(self) -> None:
        """All pairs of different names in a block that may be one, each name taken as one person.

        Two names of which the anthology lists neither teach nothing: its lists are not complete.
        """
        untrained = Model(_parameters(_no_evidence(), _ALL_RARE, _other()))
        clustering = Clustering(self._mentions, Obeyed(), untrained)
        met = clustering.candidates(set(clustering.groups))
        found = [pairs.where(pairs.differ) for pairs in met if pairs.differ.any()]
        one = np.concatenate([pairs.one for pairs in found])
        other = np.concatenate([pairs.other for pairs in found])
        order = np.lexsort((other, one))
        features = [clustering.compare(pairs, self.evidence) for pairs in found]
        self.pair_features = np.concatenate(features)[order]
        self.pair_kinds = np.concatenate([pairs.kinds for pairs in found])[order]
        sides = list(zip(one[order].tolist(), other[order].tolist(), strict=True))
        truth = {g: {self._people[m].person for m in ms} for g, ms in clustering.groups.items()}
        self.pair_same = np.array([bool(truth[a] & truth[b]) for a, b in sides])
        listed = {g for g, who in truth.items() if not any(is_unlisted(one) for one in who)}
        self.pair_known = self.pair_same | np.array([a in listed or b in listed for a, b in sides])
        self.pair_folds = np.array([fold(self._mentions[a].block) for a, _ in sides])

    def fit(self, without: int | None = None) -> Any:
        """The parameters, learned from all folds but one."""
        here = self.folds != without
        stumps = HistGradientBoostingClassifier(
            max_depth=1, max_iter=STEPS, early_stopping=False, random_state=0
        )
        same, weights = self.same[here], self.weights[here]
        stumps.fit(self.features[here], same, sample_weight=weights)
        tables = _tables(stumps, np.average(same, weights=weights))
        model = Model(_parameters(tables, _ALL_RARE, _other()))
        same_name = self._same_name(model, without)
        here = (self.pair_folds != without) & self.pair_known
        told = np.clip(model.evidence(self.pair_features[here]), -MOST_SAID, MOST_SAID)
        columns = np.concatenate([told[:, None], self.pair_kinds[here]], 1)
        line = LogisticRegression(max_iter=2000, C=1.0).fit(columns, self.pair_same[here])
        weights = line.coef_[0].tolist()
        other = _other(line.intercept_[0] - OTHER_CAUTION, weights[0], weights[1:])
        return _parameters(tables, same_name, other)

    def _same_name(self, model: Model, without: int | None) -> Any:
        names = self.same_names
        here = names.folds != without
        told = model.evidence(names.features[here])
        said = same_names.learn(told, names.commonness[here], names.weights[here])
        common = (AT_ONCE - said.constant + SAME_CAUTION) / said.slope
        return {
            "common": round(common, _DIGITS),
            "base": AT_ONCE,
            "per commonness": round(-said.slope, _DIGITS),
        }


_ALL_RARE = {"common": 1e9, "base": 0.0, "per commonness": 0.0}


def _no_evidence() -> dict[str, Any]:
    return {feature: {"limits": [], "points": [0.0]} for feature in FEATURES}


def _other(constant: float = 0.0, evidence: float = 0.0, weights: Sequence[float] = ()) -> Any:
    named = dict(zip(KINDS, weights or [0.0] * len(KINDS), strict=True))
    return {
        "constant": round(float(constant), _DIGITS),
        "evidence": round(float(evidence), _DIGITS),
        "kinds": {kind: round(weight, _DIGITS) for kind, weight in named.items()},
    }


def _parameters(tables: Any, same_name: Any, other: Any) -> Any:
    evidence = {"constant": 0.0, "tables": tables}
    return {"evidence": evidence, "same name": same_name, "other name": other}


def _tables(stumps: Any, share: float) -> dict[str, Any]:
    """The boosted stumps, added up to one step function per feature; even odds before evidence.

    What is left over counts with the time, which every pair has: so the pieces are all there is.
    """
    steps: list[dict[float, float]] = [{} for _ in FEATURES]
    constant = float(np.ravel(stumps._baseline_prediction)[0]) - float(np.log(share / (1 - share)))
    for (predictor,) in stumps._predictors:
        root = predictor.nodes[0]
        left, right = (predictor.nodes[root[side]]["value"] for side in ("left", "right"))
        constant += float(left)
        limit, of = float(root["num_threshold"]), steps[int(root["feature_idx"])]
        of[limit] = of.get(limit, 0.0) + float(right - left)
    tables = {}
    for feature, found in zip(FEATURES, steps, strict=True):
        limits = sorted(found)
        left_over = constant if feature == "time" else 0.0
        points = np.cumsum([left_over, *(found[limit] for limit in limits)])
        tables[feature] = {
            "limits": [round(limit, _DIGITS) for limit in limits],
            "points": [round(float(point), _DIGITS) for point in points],
        }
    return tables


def main() -> None:
    """Cross-validate; with ``--write`` train on everything and keep it."""
    demand_all()
    mentions, people = read(records())
    training = Training(mentions, people)
    if "--write" in sys.argv:
        _MODEL.write_text(_pretty(training.fit()), encoding="utf-8")
    models = [Model(training.fit(without=number)) for number in range(FOLDS)]
    found = partition(mentions, lambda block: models[fold(block)])
    report({"cross-validated": found}, mentions, people)
    _report_made_up(mentions, models)


def _report_made_up(mentions: Sequence[Mention], models: Sequence[Model]) -> None:
    """Print how well models do on made-up homonyms of other blocks and draws than they learned."""
    found: list[Hashable] = []
    true: list[Hashable] = []
    made = namesakes(mentions, TEST_BLOCKS, random.Random(TEST_SEED))
    for block, (number, person) in enumerate(made):
        indexes = list(person)
        clustering = Clustering(under_one_name(mentions, indexes), Obeyed(), models[number])
        for group in clustering.run():
            found += [(block, group[0])] * len(group)
            true += [(block, person[indexes[member]]) for member in group]
    print(f"\nmade-up homonyms: {len(true):,} mentions, {len(set(true)):,} people")
    for name, score in ("pairs", pairwise(found, true)), ("B³", b_cubed(found, true)):
        print(f"{name:5} P {score.precision:.4f} R {score.recall:.4f} F1 {score.f1:.4f}")


def _pretty(parameters: Any) -> str:
    """JSON with each list on one line."""
    text = json.dumps(parameters, indent=1)
    return re.sub(r"\[[^][]*\]", lambda found: " ".join(found[0].split()), text) + "\n"


if __name__ == "__main__":
    main()
