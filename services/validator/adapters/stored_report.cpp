#include "services/validator/adapters/stored_report.h"

#include <fmt/format.h>

#include <stdexcept>

#include "services/validator/adapters/acceptance.h"

namespace q2o::validator {
namespace {

constexpr std::int64_t kPieces = 16;  // at a time

}  // namespace

std::string lines_id(const std::string& report_id, std::int64_t section, std::int64_t part) {
  return fmt::format("{}/{}/{}", report_id, section, part);
}

void StoredReport::lines(int section, Which which, const std::function<void(v1::Line&)>& take) const {
  std::size_t differing = 0;
  const auto give = [&](v1::Line& line) {
    if (line.differs()) {
      if (!accepted_.empty()) line.set_accepted(accepted_[static_cast<std::size_t>(section)].at(differing));
      ++differing;
    } else if (which == Which::differing) {
      return;
    }
    take(line);
  };
  for (auto line : body_.checks(section).lines()) give(line);
  for (std::int64_t after = -1;;) {
    std::vector<std::string> pieces;
    std::int64_t next = after;
    pool_.transact([&](pg::Tx& tx) {  // which may be repeated
      pieces.clear();
      const auto rows = tx.exec(
          "SELECT part, body FROM report_lines WHERE report_id = $1 AND section = $2 AND part > $3 AND (differs OR $4) ORDER BY part "
          "LIMIT $5",
          {id_, static_cast<std::int64_t>(section), after, which == Which::all, kPieces});
      for (const auto& row : rows) {
        next = row.integer("part");
        pieces.push_back(tx.open({body_.scope().tenant_id(), body_.scope().migration_id(), kLinesPlace, lines_id(id_, section, next)},
                                 row.bytes("body")));
      }
    });
    if (pieces.empty()) return;
    after = next;
    for (const auto& bytes : pieces) {
      v1::Check piece;
      if (!piece.ParseFromString(bytes)) throw std::runtime_error("the lines of a stored report cannot be read");
      for (auto& line : *piece.mutable_lines()) give(line);
    }
  }
}

v1::Report StoredReport::with(Which which, const std::function<bool(const v1::Check&, const v1::Line&)>& keep) const {
  v1::Report out = body_;
  for (int section = 0; section < out.checks_size(); ++section) {
    auto& check = *out.mutable_checks(section);
    check.clear_lines();
    lines(section, which, [&](v1::Line& line) {
      if (!keep || keep(check, line)) *check.add_lines() = std::move(line);
    });
  }
  return out;
}

void StoredReport::accept(const v1::Acceptance& acceptance, const StoredReport& accepted) {
  auto marked = with(Which::differing);
  apply(marked, acceptance, accepted.with(Which::differing));
  accepted_.assign(static_cast<std::size_t>(marked.checks_size()), {});
  for (int section = 0; section < marked.checks_size(); ++section) {
    auto& check = *marked.mutable_checks(section);
    for (const auto& line : check.lines()) accepted_[static_cast<std::size_t>(section)].push_back(line.accepted());
    body_.mutable_checks(section)->set_accepted(check.accepted());
  }
  body_.set_verdict(marked.verdict());
  body_.set_sentence(marked.sentence());
  if (marked.has_acceptance()) *body_.mutable_acceptance() = marked.acceptance();
}

}  // namespace q2o::validator
