#pragma once

/// Compact field tables. One line per field: `type name` and then any of
///   required | readonly | index | relation=<model> | selection=<a,b,c> (~ for a blank) | inverse=<field of the relation> |
///   path=<dotted path whose value this field shows> | default=<text>
/// A line `model <name>` begins a model. Every model also has id, display_name, create_date and write_date.
namespace q2o::sandbox::odoo {

extern const char* const kBaseModels;
extern const char* const kBooksModels;
extern const char* const kMovesModels;
extern const char* const kTradeModels;
extern const char* const kSystemModels;

}  // namespace q2o::sandbox::odoo
