#pragma once

#include "services/mapper/domain/builders/item.h"

namespace q2o::mapper::builders {

/// Class, location and project of a line, else of its document, as analytic accounts. Only items of profit and loss bear them.
class Analytic {
 public:
  /// Reads what the document says for all its lines.
  explicit Analytic(const Scope& scope);
  /// Of the line whose `detail` stands at `field`; nothing when there are none.
  std::vector<Expression> of_line(const json::Value& detail, std::string_view field) const;

 private:
  const Scope& scope_;
  std::string_view class_, location_, project_;
};
/// Items with a reserved id (shipping) are in no list.
bool reserved_item(std::string_view id);
/// Product, quantity, taxes and analytic distribution of the object's lines put on the ledger's items of the same amount (and text, where
/// several have it).
void add_line_details(const Scope& scope, std::vector<Item>& items);

}  // namespace q2o::mapper::builders
