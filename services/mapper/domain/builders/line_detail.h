#pragma once

#include "services/mapper/domain/builders/item.h"

namespace q2o::mapper::builders {

/// Class, location and project of a line (`detail` stands at `field`), else of the document, as analytic accounts; nothing when there are
/// none. Only items of profit and loss bear them.
std::vector<Expression> analytic_accounts(const Scope& scope, const json::Value& detail, std::string_view field);
/// Items with a reserved id (shipping) are in no list.
bool reserved_item(std::string_view id);
/// Product, quantity, taxes and analytic distribution of the object's lines put on the ledger's items of the same amount (and text, where
/// several have it).
void add_line_details(const Scope& scope, std::vector<Item>& items);

}  // namespace q2o::mapper::builders
