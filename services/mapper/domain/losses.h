#pragma once

#include "services/mapper/domain/model.h"

/// What is lost of a record that is taken all the same. Nothing is lost without a word: each loss is in the report.
namespace q2o::mapper {

/// "Line.0.SalesItemLineDetail.ClassRef.value" -> "ClassRef": the name by which a mapping decides about a reference.
std::string_view reference_name(std::string_view path);

/// The reject of a record whose reference at `path` was found nowhere.
Reject missing_reject(std::string_view path, std::string_view referred, std::string_view id);
/// `referred` `id` was found nowhere. Gives the reject of the record, or nothing where the mapping takes the loss: it is then in `losses`,
/// once per name and id.
std::optional<Reject> missing_reference(const Source& source, const RunContext& run, std::string_view path, std::string_view referred,
                                        std::string_view id, std::vector<Loss>& losses);

/// The beginning of a text that is longer than `bytes_max`, cut between characters and marked with "…"; a shorter one as it is.
std::string shortened(std::string_view text, std::size_t bytes_max);
Loss text_loss(std::string_view path, std::string_view text, std::size_t bytes_max);
/// Shortens all texts of a record that are longer than `bytes_max`.
std::vector<Loss> bound_texts(json::Document& record, std::size_t bytes_max);

}  // namespace q2o::mapper
