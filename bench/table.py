"""The lines of the benchmark: what was measured, what it should be, and by how much it is missed."""
import dataclasses
import statistics


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


@dataclasses.dataclass
class Line:
    name: str
    values: list  # one per run; empty: not measured
    digits: int = 0
    at_least: float = None
    at_most: float = None
    why_not: str = ""  # it was not measured

    def target(self):
        if self.at_least is not None:
            return f">= {self.at_least:,.{self.digits}f}"
        return "" if self.at_most is None else f"<= {self.at_most:,.{self.digits}f}"

    def verdict(self):
        """In words; by the median."""
        if not self.values:
            return self.why_not or "not measured"
        median = statistics.median(self.values)
        if self.at_least is not None:
            return "met" if median >= self.at_least else f"missed: {median / self.at_least:.0%} of it" if median > 0 else "missed"
        if self.at_most is None:
            return ""
        return "met" if median <= self.at_most else f"missed: {median / self.at_most:.2f} x" if self.at_most > 0 else "missed"

    def as_json(self):
        numbers = spread(self.values) if self.values else {}
        return {"name": self.name.strip(), **numbers, "runs": len(self.values), "target": self.target(), "verdict": self.verdict()}


def show(lines):
    row = "{:<74}{:>10}{:>10}{:>10}  {:>11}  {}".format
    print(row("", "min", "median", "max", "target", ""))
    for line in lines:
        numbers = spread(line.values) if line.values else None
        cells = [f"{numbers[key]:,.{line.digits}f}" for key in ("min", "median", "max")] if numbers else ["-"] * 3
        print(row(line.name, *cells, line.target(), line.verdict()).rstrip())
