#pragma once

#include <functional>

#include "services/validator/adapters/temporary_file.h"
#include "services/validator/domain/proof.h"

namespace q2o::validator {

/// Consecutive lines of one section, as they are stored.
struct LinesPiece {
  std::size_t section = 0, part = 0;
  bool differs = false;  ///< one of them does
  std::string body;      ///< q2o.validator.v1.Check with nothing but lines
};

/// The lines of a proof from where they are made to where they are stored. Copies share what is there.
class LinesOnShelf {
 public:
  LinesOnShelf() : shelf_(std::make_shared<TemporaryFile>()) {}
  void take(std::size_t section, const std::vector<Line>& lines);
  void each(const std::function<void(const LinesPiece&)>& piece) const;

 private:
  struct Place {
    std::size_t section, part;
    bool differs;
    std::uint64_t place;
  };
  std::shared_ptr<TemporaryFile> shelf_;
  std::vector<Place> places_;
};

}  // namespace q2o::validator
