#include "services/validator/adapters/lines_on_shelf.h"

#include <algorithm>

#include "services/validator/adapters/report_proto.h"

namespace q2o::validator {
namespace {

constexpr std::size_t kLinesOfPiece = 200;

}  // namespace

void LinesOnShelf::take(std::size_t section, const std::vector<Line>& lines) {
  for (std::size_t from = 0, part = 0; from < lines.size(); from += kLinesOfPiece, ++part) {
    v1::Check piece;
    bool differs = false;
    for (auto i = from; i < std::min(lines.size(), from + kLinesOfPiece); ++i) {
      fill(*piece.add_lines(), lines[i]);
      differs |= lines[i].differs;
    }
    places_.push_back({section, part, differs, shelf_->put(piece.SerializeAsString())});
  }
}

void LinesOnShelf::each(const std::function<void(const LinesPiece&)>& piece) const {
  for (const auto& at : places_) {
    LinesPiece out{at.section, at.part, at.differs, {}};
    shelf_->get(at.place, out.body);
    piece(out);
  }
}

}  // namespace q2o::validator
