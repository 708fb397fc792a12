#pragma once

#include "services/mapper/domain/builders/item.h"

/// Which taxes a line bears, and the tax items of transactions that are no documents.
namespace q2o::mapper::builders {

/// TAX and NON are in no list of codes: they only say whether the document's rates hold for a line.
bool pseudo_code(std::string_view code);
/// The rates of a tax code of the source, those that were taken over; nothing for a pseudo code. `field` is where the code stands.
std::vector<std::string> rates_of_code(const Scope& scope, std::string_view code, const std::string& field, bool sales);
/// What an item on which tax was reckoned bears: its rates. `sales`: the code's rates for sales, else those for purchases.
void add_taxes(const Scope& scope, Item& item, std::string_view code, const std::string& field, bool sales);
/// The items of the ledger that are the transaction's tax lines become items of these taxes.
void add_tax_items(const Scope& scope, std::vector<Item>& items);

}  // namespace q2o::mapper::builders
