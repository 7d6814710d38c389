"""Neighbours read slowly from the same rules: plain Python loops, one pair at a time."""

from __future__ import annotations

import math
import statistics

from likeforlike.domain.neighbour_model import Metric, Missing, Scaling, Transform


def quantile7(values, share):
    """Hyndman and Fan's type 7, from its formula."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def rank_position(value, values):
    below = sum(v < value for v in values)
    equal = sum(v == value for v in values)
    return (below + (equal + 1) / 2 - 0.5) / len(values)


def transform(value, feature, column):
    if math.isnan(value):
        return value
    match feature.transform:
        case Transform.LOG:
            return math.log(value)
        case Transform.LOGIT:
            return math.log(value / (100 - value))
        case Transform.RANK:
            return rank_position(value, [v for v in column if not math.isnan(v)])
    return value


def scale(column, scaling, ddof):
    known = [v for v in column if not math.isnan(v)]
    match scaling:
        case Scaling.Z_SCORE:
            mean = math.fsum(known) / len(known)
            spread = math.sqrt(math.fsum((v - mean) ** 2 for v in known) / (len(known) - ddof))
        case Scaling.ROBUST:
            mean = statistics.median(known)
            spread = 1.4826 * statistics.median(abs(v - mean) for v in known)
        case Scaling.MIN_MAX:
            mean, spread = min(known), max(known) - min(known)
        case Scaling.RANK:
            return [v if math.isnan(v) else rank_position(v, known) for v in column]
        case Scaling.NONE:
            mean, spread = 0.0, 1.0
    return [(v - mean) / spread for v in column]


def slow_weights(model):
    raw = [f.weight for f in model.features]
    if not model.balance_domains:
        return raw
    domains = sorted({f.domain for f in model.features if f.weight > 0})
    out = []
    for f in model.features:
        total = sum(g.weight for g in model.features if g.domain == f.domain)
        out.append(f.weight / total / len(domains) if f.weight else 0.0)
    return out


def slow_scaled(table, model):
    """Scaled columns by area code."""
    columns = []
    for feature in model.features:
        raw = [float(v) for v in table.values[:, table.features.index(feature.id)]]
        column = [transform(v, feature, raw) for v in raw]
        known = [v for v in column if not math.isnan(v)]
        if feature.nominal:
            if model.missing is not Missing.LEAVE_OUT:
                most = max(sorted(set(known)), key=known.count)
                column = [most if math.isnan(v) else v for v in column]
            columns.append(column)
            continue
        if model.winsorise:
            low, high = (quantile7(known, q) for q in model.winsorise)
            column = [v if math.isnan(v) else min(max(v, low), high) for v in column]
            known = [v for v in column if not math.isnan(v)]
        if model.missing is not Missing.LEAVE_OUT:
            column = [statistics.median(known) if math.isnan(v) else v for v in column]
        columns.append(scale(column, model.scaling, model.ddof))
    return {code: [column[i] for column in columns] for i, code in enumerate(table.areas)}


def slow_distance(first, second, weights, metric, nominal):
    total = shared = 0.0
    for a, b, w, label in zip(first, second, weights, nominal, strict=True):
        if not (math.isnan(a) or math.isnan(b)):
            gower = float(a != b) if label else abs(a - b)
            total += w * (gower if metric is Metric.GOWER else (a - b) ** 2)
            shared += w
    if metric is Metric.GOWER:
        return total / shared if shared else math.inf
    return math.sqrt(total * sum(weights) / shared)


def slow_lists(table, model, nested=None):
    scaled, weights = slow_scaled(table, model), slow_weights(model)
    nominal = [feature.nominal for feature in model.features]
    distance = {
        (a, b): slow_distance(scaled[a], scaled[b], weights, model.metric, nominal)
        for a in scaled
        for b in scaled
    }
    lists = {}
    for a in scaled:
        others = [b for b in scaled if b != a and b not in (nested or {}).get(a, ())]
        lists[a] = sorted(others, key=lambda b: (distance[a, b], b))[: model.k]
    return distance, lists
